using System.Collections;
using System.Reflection;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Standalone;

namespace ComfyFunc.Tests.Server;

public class SettingsTests
{
    [Fact]
    public void Every_fault_of_the_settings_is_said_at_once()
    {
        var options = new ComfyFuncOptions
        {
            StartWithin = TimeSpan.Zero,
            MaxBodyBytes = 1,
            Answers = new() { Wait = 500 },
            Hosts = [new() { Id = "/" }]
        };
        var faults = Faults(options);

        Assert.Contains(faults, f => f.Contains("StartWithin", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("MaxBodyBytes", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("Answers", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("Hosts:0:Id", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("Hosts:0", StringComparison.Ordinal) && f.Contains("Url", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    [InlineData("AAAA")]
    [InlineData("no base64")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_key_for_secrets_has_32_bytes(string key, bool isFit = false)
    {
        var faults = Faults(new() { SecretsKey = key });
        Assert.Equal(!isFit && key.Length > 0, faults.Any(f => f.Contains("SecretsKey", StringComparison.Ordinal)));
        Assert.DoesNotContain(faults, f => key.Length > 0 && f.Contains(key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://a:8188", "http://A:8188/", "Hosts:1:Url is that of the host 'one'")]
    [InlineData("http://a/x", "http://user:word@a:80/x/?token=t", "Hosts:1:Url is that of the host 'one'")]
    [InlineData("http://a:8188", "https://a:8188", null)]
    [InlineData("http://a:8188/x", "http://a:8188/y", null)]
    [InlineData("ftp://a", "http://b", "Hosts:0:Url must be the http")]
    public void One_address_has_one_id(string one, string two, string? fault)
    {
        var faults = Faults(new() { Hosts = [new() { Id = "one", Url = new(one) }, new() { Id = "two", Url = new(two) }] });
        Assert.Equal(fault is not null, faults.Any(f => fault is null || f.Contains(fault, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Authorization", "Bearer x", true)]
    [InlineData("Content-Length", "5", false)]
    [InlineData("X-Key", "a\r\nb", false)]
    public void Headers_of_configured_hosts_are_checked(string name, string value, bool isFit)
    {
        var faults = Faults(
            new() { Hosts = [new() { Id = "one", Url = new("http://a"), Headers = new Dictionary<string, string> { [name] = value } }] });
        Assert.Equal(!isFit, faults.Any(f => f.Contains($"Hosts:0:Headers:{name}", StringComparison.Ordinal)));
        Assert.DoesNotContain(faults, f => f.Contains(value, StringComparison.Ordinal));
    }

    public static TheoryData<string> Measures { get; } = [.. MeasuresOf(Filled(), "").Select(m => m.Path)];

    [Theory, MemberData(nameof(Measures))]
    public void No_number_and_no_time_goes_unchecked(string path)
    {
        var options = Filled();
        var measure = MeasuresOf(options, "").Single(m => m.Path == path);
        var type = Nullable.GetUnderlyingType(measure.Setting.PropertyType) ?? measure.Setting.PropertyType;
        measure.Setting.SetValue(measure.Owner, type == typeof(TimeSpan) ? TimeSpan.FromSeconds(-1) : Convert.ChangeType(-1, type));
        Assert.Contains(Faults(options), f => f.StartsWith($"ComfyFunc{path} ", StringComparison.Ordinal));
    }

    private static ComfyFuncOptions Filled() => new() { Hosts = [new()], Callers = [new()], Quotas = [new()], Health = new() };

    private static IEnumerable<(string Path, object Owner, PropertyInfo Setting)> MeasuresOf(object owner, string path) =>
        owner.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(s => s.SetMethod is not null)
            .SelectMany(s => MeasuresOf(owner, s, $"{path}:{s.Name}"));

    private static IEnumerable<(string Path, object Owner, PropertyInfo Setting)> MeasuresOf(
        object owner, PropertyInfo setting, string path)
    {
        var type = Nullable.GetUnderlyingType(setting.PropertyType) ?? setting.PropertyType;
        return type == typeof(TimeSpan) || (type.IsPrimitive && type != typeof(bool)) ? [(path, owner, setting)]
            : setting.GetValue(owner) switch
            {
                IList list => list.Cast<object>().Index().SelectMany(i => MeasuresOf(i.Item, $"{path}:{i.Index}")),
                { } inner when inner.GetType().Namespace!.StartsWith("ComfyFunc", StringComparison.Ordinal) => MeasuresOf(inner, path),
                _ => [],
            };
    }

    private static string[] Faults(ComfyFuncOptions options) => [.. ComfyFuncOptionsValidator.Check(options).Select(f => f.ToString())];

    [Theory]
    [InlineData("http://0.0.0.0:7071")]
    [InlineData("http://localhost:1;http://example.org:2")]
    [InlineData("http://*:80")]
    public void A_door_to_other_machines_is_not_opened_by_accident(string urls) =>
        Assert.Throws<StartRefusedException>(
            () => StandaloneApp.Build(["--urls", urls], LocalStorage.Of(new() { ConnectionString = "UseDevelopmentStorage=true" })));
}

using System.Reflection;
using System.Text.RegularExpressions;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Tests.Server;

/// <summary>What <c>GET /api/settings</c> says.</summary>
public partial class SettingsInForceTests
{
    private static readonly SettingsSection[] Sections = [new("ComfyFunc", new ComfyFuncOptions()), new("Storage", new StorageOptions())];

    [Fact]
    public void What_is_not_set_has_its_default()
    {
        var all = Read([]);

        Assert.Equal(new("ComfyFunc:Retention", "7.00:00:00", "7.00:00:00", false, false, "default"),
            all["ComfyFunc:Retention"]);
        Assert.Equal(new("ComfyFunc:Answers:Wait", "0", "0", false, false, "default"), all["ComfyFunc:Answers:Wait"]);
        Assert.Equal(new("ComfyFunc:Hosts", null, null, false, false, "default"), all["ComfyFunc:Hosts"]);
        Assert.Equal(new("ComfyFunc:SecretsKey", null, null, true, false, "default"), all["ComfyFunc:SecretsKey"]);
        Assert.Equal("Sas", all["ComfyFunc:Links"].Value);
        Assert.Equal(("true", "false"), (all["ComfyFunc:SyncWorkflows"].Value, all["ComfyFunc:TrustEasyAuth"].Value));
        Assert.Equal("comfyfunc", all["Storage:Container"].Value);
        Assert.DoesNotContain($"ComfyFunc:{nameof(ComfyFuncOptions.AsksForKeys)}", all.Keys); // Nobody can set it.
    }

    [Fact]
    public void What_is_set_last_holds_and_says_where()
    {
        var all = Of(new ConfigurationBuilder()
            .AddInMemoryCollection([new("ComfyFunc:MaxBatch", "1"), new("ComfyFunc:MaxQueued", "5")])
            .AddCommandLine(["--ComfyFunc:MaxBatch=2"]).Build());

        Assert.Equal(("2", "64", true, "command line"), Shown(all["ComfyFunc:MaxBatch"]));
        Assert.Equal(("5", "10000", true, "platform"), Shown(all["ComfyFunc:MaxQueued"]));
    }

    [Fact]
    public void What_a_host_s_own_configuration_or_the_environment_sets_is_known_by_where_that_has_it_from()
    {
        const string Prefix = "SettingsInForceTests_";
        Environment.SetEnvironmentVariable($"{Prefix}ComfyFunc__MaxBatch", "3");
        var own = new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build();

        Assert.Equal(("3", "64", true, "environment"), Shown(Of(own)["ComfyFunc:MaxBatch"]));
        Assert.Equal(("3", "64", true, "environment"),
            Shown(Of(new ConfigurationBuilder().AddConfiguration(own).Build())["ComfyFunc:MaxBatch"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_set_to_nothing_is_not_set(string? nothing) =>
        Assert.Equal(("64", "64", false, "default"), Shown(Read([new("ComfyFunc:MaxBatch", nothing)])["ComfyFunc:MaxBatch"]));

    [Fact]
    public void A_file_is_named_without_its_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.FullName, "etc"));
        var file = Path.Combine(folder.FullName, "etc", "appsettings.json");
        File.WriteAllText(file, """{ "ComfyFunc": { "Cors": { "Origins": ["https://a.example", "https://b.example"] } } }""");
        var all = Of(new ConfigurationBuilder().SetBasePath(folder.FullName).AddJsonFile("etc/appsettings.json").Build());

        Assert.Equal(("https://a.example", null, true, "appsettings.json"), Shown(all["ComfyFunc:Cors:Origins:0"]));
        Assert.Equal("https://b.example", all["ComfyFunc:Cors:Origins:1"].Value);
    }

    [Theory]
    [InlineData("ComfyFunc:SecretsKey")]
    [InlineData("ComfyFunc:Callers:0:Key")]
    [InlineData("comfyfunc:callers:0:key")]
    [InlineData("ComfyFunc:EventGrid:Key")]
    [InlineData("ComfyFunc:Hosts:0:Headers:Authorization")]
    [InlineData("Storage:ConnectionString")]
    public void Of_a_secret_is_said_that_it_is_set_and_no_more(string name)
    {
        var setting = Read([new(name, "hush-hush-hush-hush-hush-hush")]).Single(s => s.Value.IsSet).Value;

        Assert.Equal(name, setting.Name, ignoreCase: true);
        Assert.Equal((null, true), (setting.Value, setting.IsSecret));
    }

    [Theory]
    [InlineData("https://me:pass@example.com/x", "https://example.com:443/x")]
    [InlineData("https://example.com/x?token=abc", "https://example.com:443/x?…")]
    [InlineData("https://example.com/x", "https://example.com/x")]
    public void What_opens_a_door_in_an_address_is_left_out(string url, string shown) =>
        Assert.Equal(shown, Read([new("ComfyFunc:Hosts:0:Url", url)])["ComfyFunc:Hosts:0:Url"].Value);

    [Fact]
    public void Whatever_is_called_a_key_a_header_or_the_like_is_marked_as_a_secret()
    {
        var options = new[] { typeof(ComfyFuncOptions).Assembly, typeof(StorageOptions).Assembly }.SelectMany(a => a.GetTypes())
            .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) || t.Namespace == typeof(ComfyFuncOptions).Namespace);
        var unmarked =
            from type in options
            from member in type.GetProperties()
            where SecretName.IsMatch(member.Name) && member.SetMethod is not null && member.PropertyType != typeof(bool)
            where member.GetCustomAttribute<System.ComponentModel.PasswordPropertyTextAttribute>() is null
            select $"{type.Name}.{member.Name}";

        Assert.Empty(unmarked);
    }

    private static Dictionary<string, SettingInForce> Read(IEnumerable<KeyValuePair<string, string?>> set) =>
        Of(new ConfigurationBuilder().AddInMemoryCollection(set).Build());

    private static Dictionary<string, SettingInForce> Of(IConfigurationRoot configuration) =>
        new SettingsInForce(configuration, Sections).All().ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);

    private static (string? Value, string? Default, bool IsSet, string Source) Shown(SettingInForce setting) =>
        (setting.Value, setting.Default, setting.IsSet, setting.Source);

    [GeneratedRegex("(Key|Headers|Secret|Password|Token|ConnectionString)$")]
    private static partial Regex SecretName { get; }
}

using ComfyFunc.Standalone;
using ComfyFunc.Storage;

namespace ComfyFunc.Tests.Server;

public class SettingsTests
{
    [Fact]
    public void Every_fault_of_the_settings_is_said_at_once()
    {
        var options = new ComfyFuncOptions { StartWithin = TimeSpan.Zero, MaxBodyBytes = 1, Answers = new() { Wait = 500 }, Hosts = [new() { Id = "/" }] };
        var faults = new ComfyFuncOptionsValidator().Validate(null, options).Failures!.ToArray();

        Assert.Contains(faults, f => f.Contains("StartWithin", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("MaxBodyBytes", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("Answers", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("Hosts:0:Id", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Contains("Hosts:0", StringComparison.Ordinal) && f.Contains("Url", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://0.0.0.0:7071")]
    [InlineData("http://localhost:1;http://example.org:2")]
    [InlineData("http://*:80")]
    public void A_door_to_other_machines_is_not_opened_by_accident(string urls) =>
        Assert.Throws<StartRefusedException>(() => StandaloneApp.Build(["--urls", urls], new StorageOptions { ConnectionString = "UseDevelopmentStorage=true" }));
}

using ComfyFunc.Functions;

namespace ComfyFunc.Tests.Functions;

public class PlatformDefaultsTests
{
    [Theory]
    [InlineData("comfy.azurewebsites.net", true)]
    [InlineData("comfy-abc.westeurope-01.azurewebsites.net", true)]
    [InlineData("localhost:7071", false)]
    [InlineData("127.0.0.1:7071", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void On_azure_the_front_end_knows_the_names_of_the_app(string? hostname, bool isAzure)
    {
        var defaults = PlatformDefaults.Of(hostname).ToDictionary();

        Assert.Equal("true", defaults["ComfyFunc:SignLinks"]);
        Assert.Equal(("0.0.0.0/0", "::/0"), (defaults["ComfyFunc:TrustedProxies:0"], defaults["ComfyFunc:TrustedProxies:1"]));
        Assert.Equal(isAzure ? "*" : null, defaults.GetValueOrDefault("ComfyFunc:AllowedHosts:0"));
    }
}

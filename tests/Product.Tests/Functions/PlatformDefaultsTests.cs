using ComfyFunc.Functions;

namespace ComfyFunc.Tests.Functions;

public class PlatformDefaultsTests
{
    [Theory]
    [InlineData("comfy.azurewebsites.net", true, "https://comfy.azurewebsites.net")]
    [InlineData("comfy-abc.westeurope-01.azurewebsites.net", true, "https://comfy-abc.westeurope-01.azurewebsites.net")]
    [InlineData("localhost:7072", false, "http://localhost:7072")]
    [InlineData("127.0.0.1:7072", false, "http://127.0.0.1:7072")]
    [InlineData("", false, "http://localhost:7071")]
    [InlineData(null, false, "http://localhost:7071")]
    public void On_azure_the_front_end_knows_the_names_of_the_app(string? hostname, bool isAzure, string address)
    {
        var defaults = PlatformDefaults.Of(hostname, null).ToDictionary();

        Assert.Equal(address, PlatformDefaults.AddressOf(hostname));
        Assert.Equal("true", defaults["ComfyFunc:SignLinks"]);
        Assert.Equal(("0.0.0.0/0", "::/0"), (defaults["ComfyFunc:TrustedProxies:0"], defaults["ComfyFunc:TrustedProxies:1"]));
        Assert.Equal(isAzure ? "*" : null, defaults.GetValueOrDefault("ComfyFunc:AllowedHosts:0"));
    }

    [Theory]
    [InlineData(null, "104857600")]
    [InlineData("", "104857600")]
    [InlineData("unlimited", "104857600")]
    [InlineData("209715200", "209715200")]
    [InlineData("9223372036854775807", "1099511627776")]
    [InlineData("0", "1024")]
    public void An_upload_is_no_longer_than_what_the_host_takes(string? limit, string most) =>
        Assert.Equal(most, PlatformDefaults.Of(null, limit).ToDictionary()["ComfyFunc:MaxUploadBytes"]);
}

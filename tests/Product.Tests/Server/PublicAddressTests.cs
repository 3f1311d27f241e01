using System.Net;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Server;

public class PublicAddressTests
{
    [Theory]
    [InlineData("", "http://app.example/api/x")]
    [InlineData("X-Forwarded-Proto: https", "https://app.example/api/x")]
    [InlineData("X-Forwarded-Proto: https|X-Forwarded-Host: comfy.example", "https://comfy.example/api/x")]
    [InlineData("X-Forwarded-Proto: https|X-Forwarded-Host: comfy.example:8443|X-Forwarded-Prefix: /gpu",
        "https://comfy.example:8443/gpu/api/x")]
    [InlineData("X-Forwarded-Prefix: /gpu/", "http://app.example/gpu/api/x")]
    [InlineData("X-Forwarded-Prefix: /", "http://app.example/api/x")]
    [InlineData("X-Forwarded-Prefix: gpu", "http://app.example/api/x")]
    [InlineData("X-Forwarded-Prefix: /evil, /gpu/", "http://app.example/gpu/api/x")]
    [InlineData("X-Forwarded-Proto: javascript", "http://app.example/api/x")]
    [InlineData("X-Forwarded-Host: evil.example/path", "http://app.example/api/x")]
    [InlineData("X-Forwarded-Host: evil.example, comfy.example", "http://comfy.example/api/x")]
    [InlineData("Forwarded: for=203.0.113.9;proto=https;host=comfy.example", "https://comfy.example/api/x")]
    [InlineData("Forwarded: for=\"[2001:db8::1]:80\";proto=https;host=\"comfy.example:8443\"", "https://comfy.example:8443/api/x")]
    [InlineData("Forwarded: host=evil.example, proto=https;host=comfy.example", "https://comfy.example/api/x")]
    [InlineData("Forwarded: nonsense;;=", "http://app.example/api/x")]
    public void A_trusted_proxy_is_believed(string headers, string url)
    {
        Assert.Equal(url, UrlOf(new(), headers, "127.0.0.1"));
        Assert.Equal(url, UrlOf(new() { TrustedProxies = ["10.1.0.0/16"] }, headers, "10.1.2.3"));
        Assert.Equal(url, UrlOf(new() { TrustedProxies = ["10.1.2.3"] }, headers, "10.1.2.3"));
        Assert.Equal("http://app.example/api/x", UrlOf(new() { TrustedProxies = ["10.1.0.0/16"] }, headers, "10.2.0.1"));
        Assert.Equal("http://app.example/api/x", UrlOf(new(), headers, "203.0.113.7"));
    }

    [Theory]
    [InlineData("https://comfy.example", "https://comfy.example/api/x")]
    [InlineData("https://comfy.example:8443/gpu/", "https://comfy.example:8443/gpu/api/x")]
    [InlineData("http://10.0.0.4", "http://10.0.0.4/api/x")]
    [InlineData("http://[2001:db8::1]:81/", "http://[2001:db8::1]:81/api/x")]
    [InlineData("https://Bücher.example:8443/größe/", "https://xn--bcher-kva.example:8443/gr%C3%B6%C3%9Fe/api/x")]
    public void A_configured_address_goes_before_all(string publicUrl, string url)
    {
        var options = new ComfyFuncOptions { PublicUrl = new(publicUrl) };
        Assert.Equal(url, UrlOf(options, "X-Forwarded-Host: other.example|X-Forwarded-Proto: https", "127.0.0.1"));
        Assert.Equal(url, $"{new PublicAddress(options, NullLoggerFactory.Instance).Base}/api/x");
    }

    private static string UrlOf(ComfyFuncOptions options, string headers, string peer)
    {
        var context = new DefaultHttpContext();
        (context.Request.Scheme, context.Request.Host, context.Connection.RemoteIpAddress) =
            ("http", new("app.example"), IPAddress.Parse(peer));
        foreach (var header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(h => h.Split(": ", 2)))
        {
            context.Request.Headers[header[0]] = header[1];
        }

        new PublicAddress(options, NullLoggerFactory.Instance).Apply(context.Request);
        return context.Request.Absolute("/api/x");
    }
}

using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

public class RequestUrlsTests
{
    [Theory]
    [InlineData(null, "http://app.example/api/runs/x")]
    [InlineData("https", "https://app.example/api/runs/x")]
    [InlineData("javascript", "http://app.example/api/runs/x")]
    public void A_link_has_the_scheme_that_the_caller_used(string? forwarded, string url)
    {
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host) = ("http", new("app.example"));
        request.Headers["X-Forwarded-Proto"] = forwarded;

        Assert.Equal(url, request.Absolute("/api/runs/x"));
    }
}

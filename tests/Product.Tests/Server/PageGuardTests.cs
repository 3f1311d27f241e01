using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Server;

public class PageGuardTests
{
    private static readonly CallerOptions Root = new() { Client = "root", Key = "an-administrator-s-long-key", Role = Role.Admin };

    [Theory]
    [InlineData("localhost:7071", true)]
    [InlineData("LOCALHOST.", true)]
    [InlineData("127.0.0.1:7071", true)]
    [InlineData("[::1]:7071", true)]
    [InlineData("192.168.1.20", true)]
    [InlineData("comfyfunc:7071", true)]
    [InlineData("app.localhost", true)]
    [InlineData("", true)]
    [InlineData("evil.example", false)]
    [InlineData("127.0.0.1.nip.io", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("evillocalhost.com", false)]
    [InlineData("a.evillocalhost", false)]
    [InlineData("comfy.example", false)]
    public void An_open_server_goes_by_no_name_that_a_stranger_can_own(string host, bool serves)
    {
        Assert.Equal(serves, Guard(new()).Serves(new(host)));
        Assert.True(Guard(new() { Callers = [Root] }).Serves(new(host)));
    }

    [Theory]
    [InlineData("comfy.example", true)]
    [InlineData("COMFY.example:443", true)]
    [InlineData("a.pool.example", true)]
    [InlineData("pool.example", false)]
    [InlineData("evilpool.example", false)]
    [InlineData("public.example", true)]
    [InlineData("localhost", true)]
    [InlineData("evil.example", false)]
    public void It_goes_by_the_names_that_it_was_given(string host, bool serves)
    {
        var options = new ComfyFuncOptions
        {
            AllowedHosts = ["comfy.example", "*.pool.example"],
            PublicUrl = new("https://public.example/x"),
            Callers = [Root]
        };
        Assert.Equal(serves, Guard(options).Serves(new(host)));
    }

    [Fact]
    public void A_name_of_any_letters_is_known_as_browsers_spell_it()
    {
        var options = new ComfyFuncOptions { PublicUrl = new("https://bücher.example") };
        Assert.True(Guard(options).Serves(new("xn--bcher-kva.example")));
        Assert.True(IsLetIn(options, ("Origin", "https://xn--bcher-kva.example")));
    }

    [Theory]
    [InlineData("http://localhost:7071", true)]
    [InlineData("https://localhost:7071", true)]
    [InlineData("http://localhost", false)]
    [InlineData("http://localhost:3000", false)]
    [InlineData("https://public.example", true)]
    [InlineData("http://public.example", false)]
    [InlineData("https://app.example", true)]
    [InlineData("https://a.apps.example", true)]
    [InlineData("https://apps.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("nonsense", false)]
    public void A_page_acts_here_if_it_is_of_here_or_allowed(string origin, bool acts)
    {
        var options = new ComfyFuncOptions
        {
            PublicUrl = new("https://public.example"),
            Cors = new() { Origins = ["https://app.example", "https://*.apps.example"] }
        };
        Assert.Equal(acts, IsLetIn(options, ("Origin", origin)));
        Assert.True(IsLetIn(options, ("Origin", origin), ("x-functions-key", "k")));
        Assert.Equal(acts, IsLetIn(options, ("Origin", origin), ("Sec-Fetch-Site", "same-origin")));
    }

    [Theory]
    [InlineData("cross-site", false)]
    [InlineData("same-site", false)]
    [InlineData("same-origin", true)]
    [InlineData("none", true)]
    public void A_browser_that_names_no_origin_says_whose_the_page_is(string site, bool acts) =>
        Assert.Equal(acts, IsLetIn(new(), ("Sec-Fetch-Site", site)));

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public void Nothing_changes_by_reading(string verb) =>
        Assert.True(IsLetIn(new(), verb, "text/plain", BodyKind.None, [("Origin", "https://evil.example")]));

    [Theory]
    [InlineData("multipart/form-data; boundary=b", null, true)]
    [InlineData("multipart/form-data; boundary=b", "Referer", false)]
    [InlineData("multipart/form-data; boundary=b", "Cookie", false)]
    [InlineData("application/json", "Cookie", true)]
    [InlineData("application/merge-patch+json", null, true)]
    [InlineData("text/plain", null, false)]
    [InlineData("application/x-www-form-urlencoded", null, false)]
    public void What_a_page_can_send_unasked_is_not_read(string type, string? header, bool isRead)
    {
        (string, string)[] headers = header is null ? [] : [(header, "http://localhost:7071/x")];
        Assert.Equal(isRead, IsLetIn(new(), "POST", type, BodyKind.JsonOrForm, headers));
        Assert.Equal(isRead || type.StartsWith("multipart", StringComparison.Ordinal),
            IsLetIn(new(), "POST", type, BodyKind.JsonOrForm, [.. headers, ("X-Requested-With", "fetch")]));
        Assert.Equal(isRead && !type.StartsWith("multipart", StringComparison.Ordinal),
            IsLetIn(new(), "POST", type, BodyKind.Json, headers));
    }

    private static PageGuard Guard(ComfyFuncOptions options) => new(options, new AllowedOrigins(options, NullLoggerFactory.Instance));

    private static bool IsLetIn(ComfyFuncOptions options, params (string Name, string Value)[] headers) =>
        IsLetIn(options, "POST", "application/json", BodyKind.Json, headers);

    private static bool IsLetIn(ComfyFuncOptions options, string verb, string type, BodyKind body, (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Host, request.ContentType, request.ContentLength) = (verb, new("localhost:7071"), type, 2);
        foreach (var (name, value) in headers)
        {
            request.Headers[name] = value;
        }

        return Guard(options).Refusal(request, body) is null;
    }
}

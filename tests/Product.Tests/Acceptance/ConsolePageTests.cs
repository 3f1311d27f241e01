using System.Net;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>The files of the console as both hosts serve them. What the page does is tried in a browser, in <c>tests/Console</c>.</summary>
[Collection(nameof(AppCollection))]
public class ConsolePageTests(AzuriteFixture azurite)
{
    private const string AdminKey = "an-administrator-s-long-key";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_is_what_every_deep_link_shows_and_it_needs_no_key()
    {
        await using var app = await StartAsync();
        using var start = await SendAsync(app, "../?a=b");
        using var person = await SendAsync(app, "../api", ("Accept", "text/html"));
        Assert.All([start, person], r => Assert.Equal((HttpStatusCode.Found, "/console/"), (r.StatusCode, r.Headers.Location?.OriginalString)));

        foreach (var link in new[] { "../console", "../console/", "../console/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV?tab=a&tab=b", "../console/hosts/gpu.1" })
        {
            using var page = await SendAsync(app, link);
            Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (page.StatusCode, page.Content.Headers.ContentType?.ToString()));
            Assert.Contains("<base href=\"/console/\">", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("no-cache", page.Headers.CacheControl?.ToString());
            Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task Pictures_come_from_where_links_of_files_lead()
    {
        await using var app = await StartAsync();
        using var page = await SendAsync(app, "../console/");
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));

        var files = app.Storage.BlobAddress is { } account ? $"'self' {account.GetLeftPart(UriPartial.Authority)}" : "'self'";
        Assert.Contains($"; img-src {files} data: blob:;", policy, StringComparison.Ordinal);
        Assert.Contains($"; connect-src {files};", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_page_names_is_there_for_ever_and_smaller_by_gzip()
    {
        await using var app = await StartAsync();
        using var page = await SendAsync(app, "../console/");
        var script = (await page.Content.ReadAsStringAsync(Cancellation)).Split('"').First(p => p.StartsWith("assets/main-", StringComparison.Ordinal));
        using var plain = await SendAsync(app, $"../console/{script}");
        using var packed = await SendAsync(app, $"../console/{script}", ("Accept-Encoding", "gzip"));
        using var known = await SendAsync(app, $"../console/{script}", ("If-None-Match", plain.Headers.ETag!.ToString()));
        using var lost = await SendAsync(app, "../console/assets/gone-0123.js");

        Assert.StartsWith("text/javascript", plain.Content.Headers.ContentType?.ToString(), StringComparison.Ordinal);
        Assert.Contains("immutable", plain.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Equal("gzip", Assert.Single(packed.Content.Headers.ContentEncoding));
        Assert.True((await packed.Content.ReadAsByteArrayAsync(Cancellation)).Length
            < (await plain.Content.ReadAsByteArrayAsync(Cancellation)).Length / 2);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (lost.StatusCode, lost.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_caller_learns_who_it_is_and_an_administrator_what_is_set()
    {
        await using var app = await StartAsync();
        using var unknown = await SendAsync(app, "me");
        using var me = await SendAsync(app, "me", ("X-Api-Key", "the-shop-s-rather-long-key"));
        using var refused = await SendAsync(app, "settings", ("X-Api-Key", "the-shop-s-rather-long-key"));
        using var settings = await SendAsync(app, "settings", ("X-Api-Key", AdminKey));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (unknown.StatusCode, refused.StatusCode));
        var caller = await me.JsonAsync();
        Assert.Equal(("shop", "run", true, "shop-*"), ((string?)caller["client"], (string?)caller["role"], (bool?)caller["keysRequired"],
            (string?)caller["workflows"]![0]));
        var text = await settings.Content.ReadAsStringAsync(Cancellation);
        var all = JsonNode.Parse(text)!["settings"]!.AsArray().ToDictionary(s => (string)s!["name"]!, s => s!);
        Assert.Equal(("environment", "00:05:00"),
            ((string?)all["ComfyFunc:StartWithin"]["source"], (string?)all["ComfyFunc:StartWithin"]["value"]));
        Assert.Equal((true, true, null), ((bool)all["ComfyFunc:Callers:0:Key"]["secret"]!, (bool)all["ComfyFunc:Callers:0:Key"]["isSet"]!,
            (string?)all["ComfyFunc:Callers:0:Key"]["value"]));
        Assert.DoesNotContain(AdminKey, text, StringComparison.Ordinal);
    }

    private Task<AppProcess> StartAsync() => AppProcess.StartAsync(azurite, new Dictionary<string, string>
    {
        ["ComfyFunc__StartWithin"] = "00:05:00",
        ["ComfyFunc__Callers__0__Client"] = "root",
        ["ComfyFunc__Callers__0__Key"] = AdminKey,
        ["ComfyFunc__Callers__0__Role"] = "Admin",
        ["ComfyFunc__Callers__1__Client"] = "shop",
        ["ComfyFunc__Callers__1__Key"] = "the-shop-s-rather-long-key",
        ["ComfyFunc__Callers__1__Workflows__0"] = "shop-*",
    });

    private static async Task<HttpResponseMessage> SendAsync(AppProcess app, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Http.SendAsync(request, Cancellation);
    }
}

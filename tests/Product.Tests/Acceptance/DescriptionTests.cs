using System.IO.Compression;
using System.Net;
using System.Text;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>The description that is served: live, cheap to ask for again, and readable in a browser without any other server.</summary>
[Collection(nameof(AppCollection))]
public class DescriptionTests(AppFixture app)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_workflow_is_described_as_soon_as_it_is_saved()
    {
        await app.Http.SaveAsync("described", Prompts.Picture);
        using var first = await GetAsync("openapi.json");
        using var again = await GetAsync("openapi.json", ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Contains("\"/api/workflows/described\"", await first.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(("application/json", HttpStatusCode.NotModified), (first.Content.Headers.ContentType!.MediaType, again.StatusCode));

        await app.Http.SaveAsync("described soon after", Prompts.Picture);
        using var changed = await GetAsync("openapi.json", ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task One_workflow_has_a_description_of_its_own()
    {
        await app.Http.SaveAsync("described", Prompts.Picture);
        using var one = await GetAsync("workflows/described/openapi.json");
        var description = await one.JsonAsync();
        using var none = await GetAsync("workflows/nobody/openapi.json");

        Assert.Equal(("3.1", app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)),
            (((string)description["openapi"]!)[..3], (string)description["servers"]![0]!["url"]!));
        Assert.Equal("workflow_not_found", (string)(await none.JsonAsync())["code"]!);
    }

    [Fact]
    public async Task The_page_needs_no_other_server()
    {
        using var page = await GetAsync("docs?code=%22%3E%3Cscript%3E");
        var html = await page.Content.ReadAsStringAsync(Cancellation);
        using var script = await GetAsync("docs/scalar.js", ("Accept-Encoding", "gzip"));
        await using var unpacked = new GZipStream(await script.Content.ReadAsStreamAsync(Cancellation), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        using var plain = await GetAsync("docs/scalar.js");

        Assert.DoesNotContain("%22%3E", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"><script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("//cdn", html, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(await plain.Content.ReadAsStringAsync(Cancellation), await reader.ReadToEndAsync(Cancellation));
    }

    private async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Http.SendAsync(request, Cancellation);
    }
}

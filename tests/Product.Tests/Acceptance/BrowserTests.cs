using System.Net;
using ComfyFunc.ComfySim;
using ComfyFunc.Server.Api;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What a browser is answered that asks for a page: one that may use the API, and one that may not.</summary>
[Collection(nameof(AppCollection))]
public class BrowserTests(AzuriteFixture azurite)
{
    private const string Page = "https://app.example";
    private const string Stranger = "https://evil.example";
    private const string AdminKey = "an-administrator-s-long-key";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_that_is_allowed_is_served_and_a_foreign_one_is_not()
    {
        await using var app = await StartAsync();
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await app.Http.AddHostAsync("a", host);
        await app.Http.SaveAsync("pictured", Prompts.Picture);

        using var asked = await PreflightAsync(app, "workflows/pictured", Page);
        using var run = await CallAsync(app, Page);
        using var refusedBefore = await PreflightAsync(app, "workflows/pictured", Stranger);
        using var refused = await CallAsync(app, Stranger);
        using var read = await SendAsync(app, HttpMethod.Get, "runs", ("Origin", Stranger));

        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal((Page, "POST", "content-type,prefer"),
            (Allowed(asked, "Origin"), Allowed(asked, "Methods"), Allowed(asked, "Headers")));
        Assert.Equal((HttpStatusCode.OK, Page), (run.StatusCode, Allowed(run, "Origin")));
        Assert.Contains("Operation-Location", string.Join(",", run.Headers.GetValues("Access-Control-Expose-Headers")),
            StringComparison.Ordinal);
        Assert.All([run, refused, read], r => Assert.Single(r.Headers.Vary, "Origin"));
        Assert.All([refusedBefore, refused, read], r => Assert.Null(Allowed(r, "Origin")));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Single((await app.Http.RunsOfAsync("pictured")));
    }

    [Fact]
    public async Task Links_are_followed_by_allowed_pages_and_a_problem_can_be_read_by_them()
    {
        await using var app = await StartAsync();
        using var asked = await PreflightAsync(app, "links/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel", Page);
        using var problem = await SendAsync(app, HttpMethod.Get, "links/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV/status?sig=x", ("Origin", Page));

        Assert.Equal((HttpStatusCode.NoContent, Page), (asked.StatusCode, Allowed(asked, "Origin")));
        Assert.Equal((HttpStatusCode.NotFound, Page), (problem.StatusCode, Allowed(problem, "Origin")));
    }

    [Fact]
    public async Task A_link_is_where_the_world_reaches_the_server()
    {
        // The Functions host keeps from its workers what proxies say.
        await using var app = AppProcess.IsFunctionsApp
            ? await AppProcess.StartAsync(azurite, new Dictionary<string, string> { ["ComfyFunc__PublicUrl"] = "https://comfy.example" })
            : await StartAsync();
        await app.Http.SaveAsync("linked", Prompts.Picture);
        using var accepted = await SendAsync(app, HttpMethod.Post, "workflows/linked", ("X-Forwarded-Host", "comfy.example"),
            ("X-Forwarded-Proto", "https"));
        var run = await accepted.JsonAsync();

        Assert.StartsWith("https://comfy.example/api/", accepted.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        Assert.StartsWith("https://comfy.example/api/", (string)run["terminatePostUri"]!, StringComparison.Ordinal);
        using var canceled = await app.Http.PostAsync($"runs/{(string)run["id"]!}/cancel");
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Json_is_compressed_for_who_takes_it(string coding)
    {
        await using var app = await StartAsync();
        using var answer = await SendAsync(app, HttpMethod.Get, "openapi.json", ("Accept-Encoding", coding));
        using var plain = await SendAsync(app, HttpMethod.Get, "openapi.json");

        Assert.Equal([coding], answer.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.True((await answer.Content.ReadAsByteArrayAsync(Cancellation)).Length * 3 < (await plain.Content.ReadAsByteArrayAsync(
            Cancellation)).Length);
    }

    [Fact]
    public async Task Who_may_read_something_may_look_first_and_the_start_leads_somewhere()
    {
        await using var app = await StartAsync();
        using var health = await SendAsync(app, HttpMethod.Head, "health");
        using var options = await SendAsync(app, HttpMethod.Options, "runs");

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Empty(await health.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal((HttpStatusCode.NoContent, "GET, HEAD, OPTIONS"),
            (options.StatusCode, string.Join(", ", options.Content.Headers.Allow)));
        using var index = await SendAsync(app, HttpMethod.Get, "");
        using var person = await SendAsync(app, HttpMethod.Get, "", ("Accept", "text/html"));
        var links = (await index.JsonAsync())["links"]!.AsObject();
        Assert.All(links, l => Assert.Contains(RouteTable.All, r => $"/{r.Pattern}" == (string)l.Value!));
        Assert.Equal((HttpStatusCode.Found, "/console/"), (person.StatusCode, person.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_key_may_be_for_some_workflows_and_the_role_run_reads_no_prompts()
    {
        await using var app = await AppProcess.StartAsync(azurite, new Dictionary<string, string>
        {
            ["ComfyFunc__Callers__0__Client"] = "root",
            ["ComfyFunc__Callers__0__Key"] = AdminKey,
            ["ComfyFunc__Callers__0__Role"] = "Admin",
            ["ComfyFunc__Callers__1__Client"] = "shop",
            ["ComfyFunc__Callers__1__Key"] = "the-shop-s-rather-long-key",
            ["ComfyFunc__Callers__1__Workflows__0"] = "shop-*",
        });
        app.Http.DefaultRequestHeaders.Authorization = new("Bearer", AdminKey);
        await app.Http.SaveAsync("shop-picture", Prompts.Picture);
        await app.Http.SaveAsync("secret", Prompts.Picture);
        var made = await (await app.Http.PostAsync(new Uri("keys", UriKind.Relative),
            Caller.Body("""{"client":"two","workflows":["SECRET"]}"""), Cancellation)).JsonAsync();

        foreach (var (key, own, other) in new[] { ("the-shop-s-rather-long-key", "shop-picture", "secret"),
            ((string)made["key"]!, "secret", "shop-picture") })
        {
            app.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            Assert.Equal([own], (await (await SendAsync(app, HttpMethod.Get, "workflows")).JsonAsync())["workflows"]!.AsArray()
                .Select(w => (string)w!["name"]!));
            using var described = await SendAsync(app, HttpMethod.Get, "openapi.json");
            Assert.DoesNotContain($"/api/workflows/{other}", await described.Content.ReadAsStringAsync(Cancellation),
                StringComparison.Ordinal);
            foreach (var (verb, path, status) in new[]
            {
                ("GET", $"workflows/{own}", 200), ("GET", $"workflows/{own}?include=prompt", 403), ("GET", $"workflows/{other}", 403),
                ("GET", $"workflows/{other}/versions/1", 403),
                ("POST", $"workflows/{other}", 403), ("POST", $"workflows/{other}/batches", 403), ("GET", "workflows/none", 403),
                ("GET", $"workflows/{other}/openapi.json", 403), ("POST", $"workflows/{own}?validateOnly=true", 200),
            })
            {
                using var answer = await SendAsync(app, new(verb), path);
                Assert.Equal((path, status), (path, (int)answer.StatusCode));
            }
        }
    }

    private Task<AppProcess> StartAsync() =>
        AppProcess.StartAsync(azurite, new Dictionary<string, string> { ["ComfyFunc__Cors__Origins__0"] = Page });

    private static Task<HttpResponseMessage> PreflightAsync(AppProcess app, string path, string origin) =>
        SendAsync(app, HttpMethod.Options, path, ("Origin", origin), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type,prefer"));

    private static async Task<HttpResponseMessage> CallAsync(AppProcess app, string origin)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri("workflows/pictured", UriKind.Relative)) { Content = Caller.Body("{}") };
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Prefer", "wait=60");
        return await app.Http.SendAsync(request, Cancellation);
    }

    private static async Task<HttpResponseMessage> SendAsync(AppProcess app, HttpMethod method, string path,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method,
            new Uri(path, UriKind.Relative))
        { Content = method == HttpMethod.Post ? Caller.Body("{}") : null };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Http.SendAsync(request, Cancellation);
    }

    private static string? Allowed(HttpResponseMessage response, string what) =>
        response.Headers.TryGetValues($"Access-Control-Allow-{what}", out var values) ? string.Join(",", values) : null;
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>An app that asks for keys, with an administrator of the configuration and two clients.</summary>
[Collection(nameof(AppCollection))]
public class CallerTests(AzuriteFixture azurite)
{
    private const string AdminKey = "an-administrator-s-long-key";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_key_that_is_known_there_is_nothing_but_health_and_docs()
    {
        await using var app = await StartAsync();
        using var health = await SendAsync(app, null, HttpMethod.Get, "health");
        using var docs = await SendAsync(app, null, HttpMethod.Get, "docs");
        using var nobody = await SendAsync(app, null, HttpMethod.Get, "workflows");
        using var stranger = await SendAsync(app, "cfk_not-a-key-that-anybody-has", HttpMethod.Get, "workflows");
        using var forged =
            await SendAsync(app, null, HttpMethod.Get, "workflows",
                ("X-MS-CLIENT-PRINCIPAL",
                    "eyJjbGFpbXMiOlt7InR5cCI6ImF6cCIsInZhbCI6IngifSx7InR5cCI6InJvbGVzIiwidmFsIjoiQ29tZnlGdW5jLkFkbWluIn1dfQ=="));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, docs.StatusCode));
        Assert.All([nobody, stranger, forged], r => Assert.Equal(HttpStatusCode.Unauthorized, r.StatusCode));
        Assert.Equal("Bearer", nobody.Headers.WwwAuthenticate.ToString());
        Assert.Equal("unauthorized", (string)(await nobody.JsonAsync())["code"]!);
    }

    [Fact]
    public async Task A_role_does_what_it_may_and_no_more()
    {
        await using var app = await StartAsync();
        var run = await KeyAsync(app, "one", "run");
        var author = await KeyAsync(app, "two", "author");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, run, HttpMethod.Get, "workflows"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, run, HttpMethod.Delete, "workflows/none"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(app, author, HttpMethod.Delete, "workflows/none"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, author, HttpMethod.Get, "hosts"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, author, HttpMethod.Get, "keys"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, AdminKey, HttpMethod.Get, "hosts"));
    }

    [Fact]
    public async Task Who_was_given_a_link_follows_it_without_a_key()
    {
        await using var app = await StartAsync();
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        using var added = await SendAsync(app, AdminKey, HttpMethod.Put, "hosts/a", body: JsonContent.Create(new { url = host.Url }));
        using var saved = await SendAsync(app, AdminKey, HttpMethod.Put, "workflows/slow", body: Caller.Body(Prompts.Slow));
        var key = await KeyAsync(app, "one", "run");
        using var accepted = await CallAsync();
        using var replayed = await CallAsync();
        var (location, run) = (accepted.Headers.Location!, await accepted.JsonAsync());
        using var status = await SendAsync(app, null, HttpMethod.Get, location.AbsoluteUri);
        using var looked = await SendAsync(app, null, HttpMethod.Head, location.AbsoluteUri);
        using var unsigned = await SendAsync(app, null, HttpMethod.Get, location.GetLeftPart(UriPartial.Path));
        using var misused =
            await SendAsync(app, null, HttpMethod.Post, location.AbsoluteUri.Replace("/status?", "/cancel?", StringComparison.Ordinal));
        using var canceled = await SendAsync(app, null, HttpMethod.Post, (string)run["terminatePostUri"]!, ("Prefer", "wait=30"));
        using var ended = await SendAsync(app, null, HttpMethod.Get, location.AbsoluteUri);

        Assert.Equal((HttpStatusCode.Accepted, location), (status.StatusCode, status.Headers.Location));
        Assert.Equal((HttpStatusCode.Accepted, location), (looked.StatusCode, looked.Headers.Location));
        Assert.Equal(("true", location), (Assert.Single(replayed.Headers.GetValues("Idempotent-Replayed")), replayed.Headers.Location));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (unsigned.StatusCode, misused.StatusCode));
        Assert.Equal(HttpStatusCode.OK, canceled.StatusCode);
        var stopped = await canceled.JsonAsync();
        Assert.Equal(["id", "status"], stopped.Select(m => m.Key));
        var last = await ended.JsonAsync();
        Assert.Equal((HttpStatusCode.OK, "Canceled"), (ended.StatusCode, (string)last["runtimeStatus"]!));
        Assert.All([run, await replayed.JsonAsync(), await status.JsonAsync(), stopped, last],
            b => Assert.DoesNotContain(key, b.ToJsonString(), StringComparison.Ordinal));
        Assert.All([accepted, replayed, status, canceled, ended],
            r => Assert.DoesNotContain(key, r.Headers.ToString(), StringComparison.Ordinal));

        Task<HttpResponseMessage> CallAsync() => SendAsync(
            app, key, HttpMethod.Post, "workflows/slow", Caller.Body("""{"sleep":{"seconds":60}}"""), ("Prefer", "respond-async"),
            ("Idempotency-Key", "once"));
    }

    [Fact]
    public async Task A_client_finds_nothing_of_another()
    {
        await using var app = await StartAsync();
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        using var added = await SendAsync(app, AdminKey, HttpMethod.Put, "hosts/a", body: JsonContent.Create(new { url = host.Url }));
        using var saved = await SendAsync(app, AdminKey, HttpMethod.Put, "workflows/shared", body: Caller.Body(Prompts.Picture));
        var (one, two) = (await KeyAsync(app, "one", "run"), await KeyAsync(app, "two", "run"));
        var mine = await RunAsync(app, one, "same key");
        var theirs = await RunAsync(app, two, "same key");

        Assert.NotEqual(mine, theirs);
        foreach (var (verb, path) in new[] { ("GET", ""), ("GET", "/status"), ("GET", "/events"), ("GET", "/deliveries"),
            ("GET", "/outputs/my%20image/0"), ("POST", "/cancel"), ("POST", "/retry"), ("DELETE", "") })
        {
            using var answer = await SendAsync(app, two, new(verb), $"runs/{mine}{path}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Equal("not_found", (string)(await answer.JsonAsync())["code"]!);
        }

        Assert.Equal([mine], await RunsAsync(app, one, "runs"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app, one, HttpMethod.Get, "runs?client=two"));
        Assert.Equal([theirs, mine], await RunsAsync(app, AdminKey, "runs"));
        Assert.NotEqual(await SecretAsync(app, one), await SecretAsync(app, two));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, AdminKey, HttpMethod.Get, $"runs/{mine}"));
    }

    [Fact]
    public async Task A_deleted_key_is_good_no_more_and_is_listed_without_its_text()
    {
        await using var app = await StartAsync();
        using var made =
            await SendAsync(app, AdminKey, HttpMethod.Post, "keys", body: JsonContent.Create(new { client = "one", role = "author" }));
        var key = await made.JsonAsync();
        using var listed = await SendAsync(app, AdminKey, HttpMethod.Get, "keys");
        var list = (await listed.JsonAsync())["keys"]!.AsArray();
        using var deleted = await SendAsync(app, AdminKey, HttpMethod.Delete, $"keys/{(string)key["id"]!}");

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(("one", "author"), ((string)list[0]!["client"]!, (string)list[0]!["role"]!));
        Assert.DoesNotContain((string)key["key"]!, list.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, (string)key["key"]!, HttpMethod.Get, "workflows"));
    }

    [Fact]
    public async Task A_key_for_nobody_or_for_no_role_is_refused()
    {
        await using var app = await StartAsync();
        var refused = await SendAsync(app, AdminKey, HttpMethod.Post, "keys", body: JsonContent.Create(new { client = "", role = "king" }));

        Assert.Equal(["/client", "/role"], await refused.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_client_sees_what_it_took_and_its_quota_is_its_own()
    {
        await using var app = await StartAsync(("Quotas__0__Client", "one"), ("Quotas__0__RunsPerDay", "2"), ("Quotas__1__Client", "two"),
            ("Quotas__1__RunsPerMinute", "1"));
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        using var added = await SendAsync(app, AdminKey, HttpMethod.Put, "hosts/a", body: JsonContent.Create(new { url = host.Url }));
        using var saved = await SendAsync(app, AdminKey, HttpMethod.Put, "workflows/shared", body: Caller.Body(Prompts.Picture));
        var (one, two) = (await KeyAsync(app, "one", "run"), await KeyAsync(app, "two", "run"));
        await RunAsync(app, one, "first");
        await RunAsync(app, one, "second");
        await RunAsync(app, two, "first");
        using var third = await SendAsync(app, one, HttpMethod.Post, "workflows/shared");
        using var replayed = await SendAsync(app, one, HttpMethod.Post, "workflows/shared", ("Prefer", "wait=60"),
            ("Idempotency-Key", "second"));
        using var sooner = await SendAsync(app, two, HttpMethod.Post, "workflows/shared");

        Assert.Equal((HttpStatusCode)429, third.StatusCode);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Assert.Equal("rate_limited", (string)(await third.JsonAsync())["code"]!);
        Assert.Equal(HttpStatusCode.OK, replayed.StatusCode);
        Assert.Equal((HttpStatusCode)429, sooner.StatusCode);
        Assert.InRange(sooner.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        var mine = await UsageAsync(app, one, 1);
        Assert.Equal(("one", "shared", 2, 2),
            ((string)mine[0]!["client"]!, (string)mine[0]!["workflow"]!, (int)mine[0]!["runs"]!, (int)mine[0]!["succeeded"]!));
        Assert.True((double)mine[0]!["gpuSeconds"]! > 0 && (long)mine[0]!["outputBytes"]! > 0, mine.ToJsonString());
        await UsageAsync(app, AdminKey, 2);
    }

    private Task<AppProcess> StartAsync(params (string Name, string Value)[] settings) =>
        AppProcess.StartAsync(azurite,
            new Dictionary<string, string>(settings.Select(s => KeyValuePair.Create($"ComfyFunc__{s.Name}", s.Value)))
            {
                ["ComfyFunc__Callers__0__Client"] = "operators",
                ["ComfyFunc__Callers__0__Key"] = AdminKey,
                ["ComfyFunc__Callers__0__Role"] = "Admin",
            });

    private static async Task<string> KeyAsync(AppProcess app, string client, string role)
    {
        using var made = await SendAsync(app, AdminKey, HttpMethod.Post, "keys", body: JsonContent.Create(new { client, role }));
        return (string)(await made.JsonAsync())["key"]!;
    }

    private static async Task<string> RunAsync(AppProcess app, string key, string idempotencyKey)
    {
        using var run = await SendAsync(app, key, HttpMethod.Post, "workflows/shared", ("Prefer", "wait=60"),
            ("Idempotency-Key", idempotencyKey));
        var shown = await run.JsonAsync();
        Assert.Equal("succeeded", Caller.Status(shown));
        return (string)shown["id"]!;
    }

    private static async Task<string[]> RunsAsync(AppProcess app, string key, string path)
    {
        using var answer = await SendAsync(app, key, HttpMethod.Get, path);
        return [.. (await answer.JsonAsync())["runs"]!.AsArray().Select(r => (string)r!["id"]!)];
    }

    private static async Task<string> SecretAsync(AppProcess app, string key)
    {
        using var answer = await SendAsync(app, key, HttpMethod.Get, "webhooks/default/secret");
        return (string)(await answer.JsonAsync())["secret"]!;
    }

    /// <summary>Until so many sums are there: they are written now and then.</summary>
    private static async Task<JsonArray> UsageAsync(AppProcess app, string key, int count)
    {
        return await Eventually.SeesAsync(LookAsync, usage => usage.Count == count && usage.Sum(u => (int)u!["runs"]!) == count + 1,
            TimeSpan.FromMinutes(2));

        async Task<JsonArray> LookAsync()
        {
            using var answer = await SendAsync(app, key, HttpMethod.Get, "usage");
            return (await answer.JsonAsync())["usage"]!.AsArray();
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(AppProcess app, string? key, HttpMethod method, string path)
    {
        using var answer = await SendAsync(app, key, method, path);
        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(AppProcess app, string? key, HttpMethod method, string path,
        params (string Name, string Value)[] headers) => SendAsync(app, key, method, path, null, headers);

    private static async Task<HttpResponseMessage> SendAsync(AppProcess app, string? key, HttpMethod method, string path, HttpContent? body,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute)) { Content = body };
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Http.SendAsync(request, Cancellation);
    }
}

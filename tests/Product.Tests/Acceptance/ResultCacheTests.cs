using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>An app that answers a call with an earlier result where that is the same.</summary>
[Collection(nameof(AppCollection))]
public class ResultCacheTests(AzuriteFixture azurite)
{
    private const string Fixed = """{"my sampler":{"seed":41}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_call_is_answered_with_the_run_that_made_its_result()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await StartAsync(host);
        var (made, madeCache) = await CallAsync(app, Fixed);
        var (again, againCache) = await CallAsync(app, Fixed);
        var (anew, anewCache) = await CallAsync(app, Fixed, "no-cache");
        var (other, _) = await CallAsync(app, """{"my sampler":{"seed":42}}""");

        Assert.Equal((null, "HIT", null), (madeCache, againCache, anewCache));
        Assert.Equal((string)made["id"]!, (string)again["id"]!);
        Assert.Equal((string)made["outputs"]!["my image"]![0]!["sha256"]!, (string)again["outputs"]!["my image"]![0]!["sha256"]!);
        Assert.Equal(3, new[] { made, anew, other }.Select(r => (string)r["id"]!).Distinct().Count());
        Assert.Equal(3, host.Stats.Submissions.Count);
    }

    [Fact]
    public async Task An_open_seed_a_new_version_or_a_failure_is_no_result_to_reuse()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await StartAsync(host);
        await CallAsync(app, "{}");
        var (_, open) = await CallAsync(app, "{}");
        await CallAsync(app, Fixed);
        await app.Http.SaveAsync("reused", Prompts.Picture.Replace("a hill", "a lake", StringComparison.Ordinal));
        var (_, newer) = await CallAsync(app, Fixed);
        await app.Http.SaveAsync("reused", Prompts.Failing);
        await CallAsync(app, "{}");
        var (_, failed) = await CallAsync(app, "{}");

        Assert.Equal((null, null, null), (open, newer, failed));
    }

    [Fact]
    public async Task A_result_whose_run_was_deleted_is_made_again()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await StartAsync(host);
        var (made, _) = await CallAsync(app, Fixed);
        using var deleted = await app.Http.DeleteAsync(new Uri($"runs/{(string)made["id"]!}", UriKind.Relative), Cancellation);
        var (again, cache) = await CallAsync(app, Fixed);

        Assert.Equal((HttpStatusCode.NoContent, null), (deleted.StatusCode, cache));
        Assert.Equal("succeeded", Caller.Status(again));
    }

    private async Task<AppProcess> StartAsync(SimulatedHost host)
    {
        var app = await AppProcess.StartAsync(azurite, new Dictionary<string, string> { ["ComfyFunc__ReuseResultsFor"] = "01:00:00" });
        await app.Http.AddHostAsync("host", host);
        await app.Http.SaveAsync("reused", Prompts.Picture);
        return app;
    }

    private static async Task<(JsonObject Run, string? Cache)> CallAsync(AppProcess app, string body, string? cacheControl = null)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri("workflows/reused", UriKind.Relative)) { Content = Caller.Body(body) };
        request.Headers.Add("Prefer", "wait=60");
        if (cacheControl is not null)
        {
            request.Headers.Add("Cache-Control", cacheControl);
        }

        using var answer = await app.Http.SendAsync(request, Cancellation);
        var cache = answer.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : null;
        return (await answer.JsonAsync(), cache);
    }
}

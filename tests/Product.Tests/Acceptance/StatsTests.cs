using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>How runs have fared, in whichever process they ended.</summary>
[Collection(nameof(AppCollection))]
public class StatsTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ended_runs_are_counted_timed_and_their_failures_grouped()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await Topology.TwiceAsync(azurite);
        var (one, two) = (app.Processes[0].Http, app.Processes[1].Http);
        await one.AddHostAsync("host0", host);
        await one.SaveAsync("slow", Prompts.Slow);
        await one.RunAsync("slow", """{"sleep":{"seconds":0.1},"canvas":{"color":1}}""");
        await two.RunAsync("slow", """{"sleep":{"seconds":0.1},"canvas":{"color":2}}""");
        await one.PostAsync("queue/pause");
        var canceled = await one.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":3}}""");
        await one.PostAsync($"runs/{canceled}/cancel");
        await one.EndAsync(canceled);
        await one.PostAsync("queue/resume");
        await one.DeleteAsync(new Uri("hosts/host0?force=true", UriKind.Relative), Cancellation);
        await using var bare = await SimulatedHost.StartAsync(new() { ExcludedClasses = new HashSet<string> { "SimSleep" } }, Cancellation);
        await two.AddHostAsync("bare", bare);
        var failed = await two.RunAsync("slow");
        var stats = await Eventually.SeesAsync(() => JsonAsync(two, "stats?workflow=slow"), s => (int)s["totals"]!["runs"]! == 4);
        var totals = stats["totals"]!;

        Assert.Equal((2, 1, 1), ((int)totals["succeeded"]!, (int)totals["canceled"]!, (int)totals["failed"]!));
        Assert.InRange((double)totals["p50Ms"]!, 100, 60_000);
        Assert.InRange((double)totals["gpuSeconds"]!, 0.15, 60);
        Assert.Equal(4, stats["buckets"]!.AsArray().Sum(b => (int)b!["runs"]!));
        var failure = Assert.Single(stats["failures"]!.AsArray())!;
        Assert.Equal(("no_capable_host", (string)failed["id"]!), ((string)failure["code"]!, (string)failure["lastRun"]!));
    }

    private static async Task<JsonObject> JsonAsync(HttpClient http, string path) =>
        await (await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).JsonAsync();
}

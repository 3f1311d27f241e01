using System.Net;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>The central queue: what waits, and what holds it.</summary>
[Collection(nameof(AppCollection))]
public class QueueTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_queue_is_paused_calls_wait_in_every_process_and_what_has_its_slot_goes_on()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await Topology.TwiceAsync(azurite);
        var (one, two) = (app.Processes[0].Http, app.Processes[1].Http);
        await one.AddHostAsync("host0", host);
        await one.SaveAsync("slow", Prompts.Slow);
        await one.EndAsync(await one.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":1}}"""));
        var running = await one.StartAsync("slow", """{"sleep":{"seconds":1},"canvas":{"color":2}}""");
        await one.UntilAsync(running, r => Caller.Status(r) == "running");
        Assert.True((bool)(await (await one.PostAsync("queue/pause")).JsonAsync())["paused"]!);
        await Eventually.SeesAsync(() => JsonAsync(two, "pool"), p => (bool)p["paused"]!, TimeSpan.FromSeconds(2));
        var waiting = await two.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":3}}""");

        Assert.Equal("succeeded", Caller.Status(await one.EndAsync(running)));
        var queue = await Eventually.SeesAsync(() => JsonAsync(one, "queue"), q => (int)q["total"]! == 1);
        Assert.Equal((waiting, "slow", "queue_paused"), ((string)queue["waiting"]![0]!["run"]!,
            (string)queue["waiting"]![0]!["workflow"]!, (string)queue["waiting"]![0]!["waitsFor"]!["code"]!));
        Assert.Equal("queued", Caller.Status(await two.RunOfAsync(waiting)));
        Assert.False((bool)(await (await two.PostAsync("queue/resume")).JsonAsync())["paused"]!);
        Assert.Equal("succeeded", Caller.Status(await two.EndAsync(waiting)));
    }

    [Fact]
    public async Task A_run_that_waits_is_shown_with_its_reason_and_its_start()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await AppProcess.StartAsync(azurite);
        await app.Http.AddHostAsync("host0", host, slots: 1);
        await app.Http.SaveAsync("slow", Prompts.Slow);
        await app.Http.RunAsync("slow", """{"sleep":{"seconds":0.2},"canvas":{"color":1}}""");
        var running = await app.Http.StartAsync("slow", """{"sleep":{"seconds":60},"canvas":{"color":2}}""");
        await app.Http.UntilAsync(running, r => Caller.Status(r) == "running");
        var waiting = await app.Http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":3}}""");
        var line = (await Eventually.SeesAsync(() => JsonAsync(app.Http, "queue?limit=5"), q => (int)q["total"]! == 1))["waiting"]![0]!;

        Assert.Equal((waiting, 0, "slots_busy"), ((string)line["run"]!, (int)line["position"]!, (string)line["waitsFor"]!["code"]!));
        Assert.InRange((DateTimeOffset)line["expectedStartAt"]!, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        using var refused = await app.Http.GetAsync(new Uri("queue?limit=0", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var drained = await app.Http.PostAsync("hosts/host0/drain");
        await Eventually.SeesAsync(() => JsonAsync(app.Http, "queue"),
            q => (string)q["waiting"]![0]!["waitsFor"]!["code"]! == "host_draining");
    }

    private static async Task<JsonObject> JsonAsync(HttpClient http, string path) =>
        await (await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).JsonAsync();
}

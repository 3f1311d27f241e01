using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>The process dies as kill -9 makes it die, at every stage of a run; the next one brings the run to its one end.</summary>
[Collection(nameof(AppCollection))]
public class CrashTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_it_executes()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostAsync(host);
        var id = await app.Http.StartAsync("slow", """{"sleep":{"seconds":2}}""");
        await app.Http.UntilAsync(id, r => Caller.Status(r) == "running");
        await app.RestartAsync();

        await AssertSucceededOnceAsync(app, host, id);
    }

    [Fact]
    public async Task While_a_webhook_is_yet_to_be_told()
    {
        await using var receiver = await WebhookReceiver.StartAsync(500);
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostAsync(host, ("AllowPrivateWebhooks", "true"));
        await app.Http.RunAsync("slow", """{"sleep":{"seconds":0}}""", $"?webhook={Uri.EscapeDataString(receiver.Url)}");
        var first = await receiver.NextAsync();
        await app.RestartAsync();

        Assert.Equal(first.Id, (await receiver.NextAsync()).Id);
    }

    [Fact]
    public async Task While_it_waits_for_a_slot()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostAsync(host);
        var first = await app.Http.StartAsync("slow", """{"sleep":{"seconds":3},"canvas":{"color":1}}""");
        await app.Http.UntilAsync(first, r => Caller.Status(r) == "running");
        var second = await app.Http.StartAsync("slow", """{"sleep":{"seconds":0},"canvas":{"color":2}}""");
        await app.RestartAsync();

        await AssertSucceededOnceAsync(app, host, first);
        await AssertSucceededOnceAsync(app, host, second);
    }

    [Fact]
    public async Task While_it_is_being_placed()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostAsync(host);
        host.Faults.HttpDelayMs = 1500;
        var id = await app.Http.StartAsync("slow", """{"sleep":{"seconds":0}}""");
        app.Kill();
        host.Faults.Clear();
        await app.StartAsync();

        await AssertSucceededOnceAsync(app, host, id);
    }

    [Fact]
    public async Task While_its_outputs_are_copied()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostAsync(host);
        var id = await app.Http.StartAsync("slow", """{"sleep":{"seconds":1}}""");
        await app.Http.UntilAsync(id, r => Caller.Status(r) == "running");
        host.Faults.HttpDelayMs = 3000;
        await UntilEndedThereAsync(host);
        app.Kill();
        host.Faults.Clear();
        await app.StartAsync();

        await AssertSucceededOnceAsync(app, host, id);
    }

    [Fact]
    public async Task While_it_is_being_stopped()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostAsync(host);
        var id = await app.Http.StartAsync("slow", """{"sleep":{"seconds":120}}""");
        await app.Http.UntilAsync(id, r => Caller.Status(r) == "running");
        host.Faults.IgnoreInterrupts = 1;
        using var canceled = await app.Http.PostAsync($"runs/{id}/cancel");
        await app.RestartAsync();
        var run = await app.Http.EndAsync(id, AppProcess.Recovery);

        Assert.Equal("canceled", Caller.Status(run));
        // A host says that it was interrupted a moment before it has put the prompt away.
        await Eventually.IsSoAsync(() => host.Stats.Running.Count == 0);
    }

    // The simulated host tells when it has ended the prompt; each look is a round trip.
    private static async Task UntilEndedThereAsync(SimulatedHost host)
    {
        using var http = new HttpClient { BaseAddress = host.Url };
        await Eventually.SeesAsync(
            async () =>
            {
                await http.GetStringAsync(new Uri("sim/stats", UriKind.Relative), Cancellation);
                return host.Stats.Succeeded;
            },
            succeeded => succeeded > 0, TimeSpan.FromMinutes(1));
    }

    private static async Task AssertSucceededOnceAsync(AppProcess app, SimulatedHost host, string id)
    {
        var run = await app.Http.EndAsync(id, AppProcess.Recovery);
        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Equal(1, (int)run["attempt"]!);
        Assert.All(host.Stats.Submissions, s => Assert.Equal(1, s.Value));
        Assert.NotEmpty(run["outputs"]!["image"]!.AsArray());
    }

    private async Task<AppProcess> WithHostAsync(SimulatedHost host, params (string Name, string Value)[] settings)
    {
        var app = await AppProcess.StartAsync(azurite, settings.ToDictionary(s => $"ComfyFunc__{s.Name}", s => s.Value));
        await app.Http.AddHostAsync("host", host, slots: 1);
        await app.Http.SaveAsync("slow", Prompts.Slow);
        return app;
    }
}

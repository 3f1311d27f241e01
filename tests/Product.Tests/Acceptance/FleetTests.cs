using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Four hosts, many calls, and everything that happens to hosts.</summary>
[Collection(nameof(AppCollection))]
public class FleetTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_calls_survive_whatever_their_hosts_do()
    {
        await using var fleet = await FleetAsync(("Health__ZombieAfter", "00:00:06"));
        var calls = await fleet.StartAsync(200, color => $$$"""{"sleep":{"seconds":0.2},"canvas":{"color":{{{color}}}}}""");
        fleet.Hosts[0].Faults.LoseSubmitReplies = 3;
        fleet.Hosts[1].Faults.SilentSockets = true;
        await fleet.Hosts[2].KillAsync();
        fleet.Hosts[3].Faults.Zombie = true;
        await fleet.UntilEndedAsync(calls, 60);
        await fleet.Hosts[2].RestartAsync(Cancellation);
        var runs = await fleet.EndAllAsync(calls);

        Assert.All(runs, r => Assert.Equal("succeeded", Caller.Status(r)));
        Assert.All(runs, r => Assert.Distinct(r["attempts"]!.AsArray().Select(a => (string)a!["host"]!)));
        Assert.All(fleet.Hosts.SelectMany(h => h.Stats.Executions), e => Assert.Equal(1, e.Value));
        Assert.Equal("quarantined", await fleet.StateAsync(3));
    }

    [Fact]
    public async Task A_host_whose_worker_has_stopped_is_found_out_within_thirty_seconds_and_its_work_goes_on_within_sixty()
    {
        await using var fleet = await FleetAsync();
        fleet.Hosts[0].Faults.Zombie = true;
        var calls = await fleet.StartAsync(8, color => $$$"""{"sleep":{"seconds":0.5},"canvas":{"color":{{{color}}}}}""");
        var watch = Stopwatch.StartNew();
        // 30 seconds after the prompt was accepted; the calls before it took their time.
        await Eventually.SeesAsync(() => fleet.StateAsync(0), state => state == "quarantined", TimeSpan.FromSeconds(33) - watch.Elapsed);

        var runs = await fleet.EndAllAsync(calls);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 60);
        Assert.All(runs, r => Assert.Equal("succeeded", Caller.Status(r)));
        Assert.Contains("begun", (string)(await fleet.HostAsync(0))["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_that_takes_its_hosts_down_takes_two_of_four_however_often_it_is_called()
    {
        await using var fleet = await FleetAsync();
        foreach (var host in fleet.Hosts)
        {
            host.Faults.CrashAt = "SimSleep";
        }

        var runs = await fleet.EndAllAsync(await fleet.StartAsync(12, color => $$$"""{"canvas":{"color":{{{color}}}}}"""));

        Assert.InRange(fleet.Hosts.Count(h => !h.IsRunning), 1, 2);
        Assert.All(runs, r => Assert.Equal("poison_workflow", Caller.Code(r)));
    }

    [Fact]
    public async Task A_prompt_that_hangs_is_interrupted_its_host_quarantined_and_the_run_goes_on_elsewhere()
    {
        await using var fleet = await FleetAsync(("Health__StuckAfter", "00:00:03"));
        await fleet.EndAllAsync(await fleet.StartAsync(1, _ => """{"sleep":{"seconds":0}}"""));
        fleet.Hosts[0].Faults.HangAt = fleet.Hosts[1].Faults.HangAt = fleet.Hosts[2].Faults.HangAt =
            fleet.Hosts[3].Faults.HangAt = "SimSleep";
        var call = (await fleet.StartAsync(1, _ => """{"sleep":{"seconds":0.1},"canvas":{"color":77}}""")).Single();
        var placed = await fleet.App.Http.UntilAsync(call, r => r["host"] is not null);
        foreach (var host in fleet.Hosts)
        {
            host.Faults.HangAt = host.Stats.Running.Count > 0 ? host.Faults.HangAt : null;
        }

        var run = await fleet.App.Http.EndAsync(call, AppProcess.Recovery + TimeSpan.FromSeconds(60));

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.NotEqual((string)placed["host"]!, (string)run["host"]!);
        Assert.Equal("quarantined",
            await fleet.StateAsync(int.Parse(((string)placed["host"]!)[^1..], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_drain_under_load_loses_nothing_and_lets_nothing_new_in()
    {
        await using var fleet = await FleetAsync();
        var calls = await fleet.StartAsync(60, color => $$$"""{"sleep":{"seconds":0.3},"canvas":{"color":{{{color}}}}}""");
        using var drained = await fleet.App.Http.PostAsync("hosts/host0/drain");
        var atDrain = fleet.Hosts[0].Stats.Submissions.Count;
        var runs = await fleet.EndAllAsync(calls);

        Assert.All(runs, r => Assert.Equal("succeeded", Caller.Status(r)));
        Assert.InRange(fleet.Hosts[0].Stats.Submissions.Count, atDrain, atDrain + 2); // Slots that had been lent before.
    }

    [Fact]
    public async Task A_host_that_joins_takes_work_at_once()
    {
        await using var fleet = await FleetAsync(1);
        var calls = await fleet.StartAsync(12, color => $$$"""{"sleep":{"seconds":1},"canvas":{"color":{{{color}}}}}""");
        await using var joining = await SimulatedHost.StartAsync(new(), Cancellation);
        await Task.WhenAny(calls.Select(c => fleet.App.Http.EndAsync(c))); // The version is proven now: it may go anywhere.
        var watch = Stopwatch.StartNew();
        await fleet.App.Http.AddHostAsync("joining", joining);
        await Eventually.IsSoAsync(() => joining.Stats.Submissions.Count > 0, TimeSpan.FromSeconds(5) - watch.Elapsed);

        Assert.All(await fleet.EndAllAsync(calls), r => Assert.Equal("succeeded", Caller.Status(r)));
    }

    [Fact]
    public async Task Calls_are_refused_while_too_many_wait_and_taken_again_afterwards()
    {
        await using var fleet = await FleetAsync(1, ("MaxQueued", "1"));
        var accepted = new List<string>();
        HttpResponseMessage? refused = null;
        for (var color = 1; refused is null && color <= 50; color++)
        {
            var answer = await fleet.App.Http.CallAsync("slow",
                $$$"""{"sleep":{"seconds":1},"canvas":{"color":{{{color}}}}}""", "respond-async");
            if (answer.StatusCode is HttpStatusCode.ServiceUnavailable)
            {
                refused = answer;
            }
            else
            {
                accepted.Add((string)(await answer.JsonAsync())["id"]!);
            }
        }

        Assert.NotNull(refused);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Equal("queue_full", (string)(await refused.JsonAsync())["code"]!);
        Assert.All(await fleet.EndAllAsync([.. accepted]), r => Assert.Equal("succeeded", Caller.Status(r)));
        Assert.Equal("succeeded",
            Caller.Status(await fleet.App.Http.RunAsync("slow", """{"sleep":{"seconds":0.1},"canvas":{"color":99}}""")));
    }

    [Fact]
    public async Task A_run_is_not_repeated_either_while_too_many_wait()
    {
        await using var fleet = await FleetAsync(1, ("MaxQueued", "1"));
        const string Body = """{"sleep":{"seconds":0.1},"canvas":{"color":1}}""";
        var ended = (string)(await fleet.App.Http.RunAsync("slow", Body))["id"]!;
        (await fleet.App.Http.PostAsync("queue/pause", null, Cancellation)).EnsureSuccessStatusCode().Dispose();
        (await fleet.App.Http.CallAsync("slow", Body.Replace("1}}", "2}}", StringComparison.Ordinal), "respond-async")).Dispose();

        var refused = await Eventually.SeesAsync(() => fleet.App.Http.PostAsync($"runs/{ended}/retry", null, Cancellation),
            answer => answer.StatusCode is HttpStatusCode.ServiceUnavailable);
        Assert.Equal("queue_full", (string)(await refused.JsonAsync())["code"]!);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Killing_the_app_and_a_host_together_loses_nothing()
    {
        await using var fleet = await FleetAsync();
        var calls = await fleet.StartAsync(16, color => $$$"""{"sleep":{"seconds":1},"canvas":{"color":{{{color}}}}}""");
        await fleet.App.Http.UntilAsync(calls[0], r => Caller.Status(r) is "running" or "succeeded");
        fleet.App.Kill();
        await fleet.Hosts[1].KillAsync();
        await fleet.App.StartAsync();
        var runs = await fleet.EndAllAsync(calls);

        Assert.All(runs, r => Assert.Equal("succeeded", Caller.Status(r)));
        Assert.All(fleet.Hosts.SelectMany(h => h.Stats.Executions), e => Assert.Equal(1, e.Value));
    }

    [Fact]
    public async Task Calls_go_where_their_model_is()
    {
        await using var fleet = await FleetAsync(2);
        await fleet.App.Http.SaveAsync("dream", Prompts.Picture);
        await fleet.App.Http.SaveAsync("base", Prompts.Picture.Replace("dreamshaper_8", "sd_xl_base_1.0", StringComparison.Ordinal));
        for (var seed = 1; seed <= 5; seed++)
        {
            await fleet.App.Http.RunAsync("dream", $$$"""{"my sampler":{"seed":{{{seed}}}}}""");
            await fleet.App.Http.RunAsync("base", $$$"""{"my sampler":{"seed":{{{seed}}}}}""");
        }

        Assert.Equal(2, fleet.Hosts.Sum(h => h.Stats.ModelLoads.Values.Sum()));
        Assert.Single((await fleet.HostAsync(0))["models"]!.AsArray());
    }

    [Fact]
    public async Task A_host_warms_up_before_it_takes_calls()
    {
        await using var fleet = await FleetAsync(1);
        await using var joining = await SimulatedHost.StartAsync(new(), Cancellation);
        var added = await (await fleet.App.Http.PutAsJsonAsync("hosts/host1", new { url = joining.Url, warmUp = "slow" },
            Cancellation)).JsonAsync();
        Assert.Equal("warmingUp", (string)added["state"]!);
        Assert.Equal("ready", await Eventually.SeesAsync(() => fleet.StateAsync(1), s => s != "warmingUp", TimeSpan.FromMinutes(1)));
        Assert.Equal(1, joining.Stats.Succeeded);
    }

    [Fact]
    public async Task A_host_that_registers_itself_is_in_the_pool_and_the_pool_counts_what_there_is_to_do()
    {
        await using var fleet = await FleetAsync(1);
        await using var own = await SimulatedHost.StartAsync(new() { Name = "own" }, Cancellation);
        var heartbeat = new { url = own.Url, slots = 3, labels = new { zone = "eu" } };
        using var first = await fleet.App.Http.PostAsJsonAsync("hosts/own/heartbeat", heartbeat, Cancellation);
        using var second = await fleet.App.Http.PostAsJsonAsync("hosts/own/heartbeat", heartbeat, Cancellation);
        Assert.Equal((201, 200), ((int)first.StatusCode, (int)second.StatusCode));

        var run = await fleet.App.Http.RunAsync("slow", """{"sleep":{"seconds":0}}""", "?label=zone:eu&priority=5");
        Assert.Equal("own", (string)run["host"]!);
        var nowhere = await fleet.App.Http.RunAsync("slow", "{}", "?label=zone:us");
        Assert.Equal("no_capable_host", Caller.Code(nowhere));
        Assert.Contains("zone=us", (string)nowhere["error"]!["message"]!, StringComparison.Ordinal);

        var pool = await (await fleet.App.Http.GetAsync(new Uri("pool", UriKind.Relative), Cancellation)).JsonAsync();
        Assert.Equal((5, 0, 0, 0), ((int)pool["slots"]!, (int)pool["waiting"]!, (int)pool["running"]!, (int)pool["wantedHosts"]!));
        Assert.Equal(2, (int)pool["hosts"]!["ready"]!);
    }

    [Fact]
    public async Task Enums_show_what_the_pool_can_run_now()
    {
        await using var fleet = await FleetAsync(1);
        await fleet.App.Http.SaveAsync("pick", Prompts.Picture.Replace("\"Load\"", "\"Load [model]\"", StringComparison.Ordinal));
        await using var other =
            await SimulatedHost.StartAsync(
                new() { Models = new Dictionary<string, IReadOnlyList<string>> { ["checkpoints"] = ["brand_new.safetensors"] } },
                Cancellation);
        await fleet.App.Http.AddHostAsync("other", other);
        Assert.Contains("brand_new.safetensors", await OptionsAsync());
        using var drained = await fleet.App.Http.PostAsync("hosts/other/drain");
        Assert.DoesNotContain("brand_new.safetensors", await OptionsAsync());

        async Task<string[]> OptionsAsync()
        {
            var shown = await (await fleet.App.Http.GetAsync(new Uri("workflows/pick", UriKind.Relative), Cancellation)).JsonAsync();
            var model = shown["contract"]!["tags"]!.AsArray().Single(t => (string)t!["name"]! == "model")!;
            return [.. model["inputs"]![0]!["options"]!.AsArray().Select(o => (string)o!)];
        }
    }

    private async Task<Fleet> FleetAsync(params (string Name, string Value)[] settings) => await FleetAsync(4, settings);

    private async Task<Fleet> FleetAsync(int hosts, params (string Name, string Value)[] settings)
    {
        var app = await AppProcess.StartAsync(azurite, settings.ToDictionary(s => $"ComfyFunc__{s.Name}", s => s.Value));
        var fleet = new Fleet(app,
            [.. await Task.WhenAll(Enumerable.Range(0, hosts)
                .Select(i => SimulatedHost.StartAsync(new() { Name = $"host{i}" }, Cancellation)))]);
        for (var i = 0; i < hosts; i++)
        {
            await app.Http.AddHostAsync($"host{i}", fleet.Hosts[i]);
        }

        await app.Http.SaveAsync("slow", Prompts.Slow);
        return fleet;
    }

    private sealed class Fleet(AppProcess app, SimulatedHost[] hosts) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = AppProcess.Recovery + TimeSpan.FromMinutes(2);

        public AppProcess App => app;

        public SimulatedHost[] Hosts => hosts;

        public async Task<string[]> StartAsync(int count, Func<int, string> body)
        {
            var ids = new ConcurrentQueue<string>();
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation },
                async (i, _) => ids.Enqueue(await app.Http.StartAsync("slow", body(i + 1))));
            return [.. ids];
        }

        /// <summary>Until at least so many of the calls have ended.</summary>
        public async Task UntilEndedAsync(string[] calls, int count)
        {
            foreach (var call in calls.Take(count))
            {
                await app.Http.EndAsync(call, Patience);
            }
        }

        public async Task<JsonObject[]> EndAllAsync(string[] calls) =>
            await Task.WhenAll(calls.Select(c => app.Http.EndAsync(c, Patience)));

        public async Task<JsonObject> HostAsync(int index) =>
            await (await app.Http.GetAsync(new Uri($"hosts/host{index}", UriKind.Relative), Cancellation)).JsonAsync();

        public async Task<string> StateAsync(int index) => (string)(await HostAsync(index))["state"]!;

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }
}

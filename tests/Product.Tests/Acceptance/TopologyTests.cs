using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>An app of several processes, any of which may die: nothing is lost, nothing is done twice, and nobody hangs.</summary>
[Collection(nameof(AppCollection))]
public class TopologyTests(AzuriteFixture azurite)
{
    // More than this by hand: COMFYFUNC_KILLS, COMFYFUNC_RUNS, COMFYFUNC_WAITS.
    private static readonly int Kills = Number("COMFYFUNC_KILLS", 4);
    private static readonly int Runs = Number("COMFYFUNC_RUNS", 40);
    private static readonly int Waits = Number("COMFYFUNC_WAITS", 5);

    // An end is known so long after the prompt's, or after the restart of whoever would have known it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    // Three seconds is what it should be; these processors are busy.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(Number("COMFYFUNC_WINDOW", 15));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_process_may_die_at_any_moment()
    {
        await using var one = await SimulatedHost.StartAsync(new() { Name = "one" }, Cancellation);
        await using var two = await SimulatedHost.StartAsync(new() { Name = "two" }, Cancellation);
        await using var app = await WithHostsAsync(await Topology.ApartAsync(azurite), one, two);
        var random = new Random(Number("COMFYFUNC_SEED", 1));
        var restarts = new List<DateTimeOffset>();
        var ids = new List<string>();
        var late = new List<double>();
        var made = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            for (var end = Runs * (kill + 1) / Kills; made < end; made++)
            {
                ids.Add(await app.Http.StartAsync("slow", Body(made, random.NextDouble())));
            }

            await UntilAsync(one, two, executions: random.Next(ids.Count - (Runs / Kills), ids.Count));
            var victim = app.Processes[random.Next(app.Processes.Count)];
            victim.Kill();
            await victim.StartAsync();
            restarts.Add(DateTimeOffset.UtcNow);
        }

        foreach (var id in ids)
        {
            var run = await app.Http.EndAsync(id, TimeSpan.FromMinutes(3));
            Assert.True(Caller.Status(run) == "succeeded" && (int)run["attempt"]! == 1, run.ToJsonString());
            late.Add(Lateness(run, restarts));
        }

        late.Sort();
        Say($"Ends known late after {Kills} kills in {Runs} runs, in s: median {late[late.Count / 2]:F2}, p99 {late[(int)(late.Count * 0.99)]:F2}, most {late[^1]:F2}.");
        Assert.InRange(late[^1], 0, Longest.TotalSeconds);

        Assert.All([.. one.Stats.Executions, .. two.Stats.Executions], e => Assert.Equal(1, e.Value));
        Assert.Equal(ids.Count, one.Stats.Executions.Count + two.Stats.Executions.Count);
    }

    [Fact]
    public async Task What_one_process_ended_the_other_forgets_and_both_fall_silent()
    {
        await using var one = await SimulatedHost.StartAsync(new() { Name = "one", Speed = 0.1 }, Cancellation);
        await using var two = await SimulatedHost.StartAsync(new() { Name = "two", Speed = 0.1 }, Cancellation);
        await using var app = await WithHostsAsync(await Topology.TwiceAsync(azurite), one, two);
        var fresh = await RateAsync(app);
        var ids = new List<string>();
        for (var n = 0; n < Runs; n++)
        {
            ids.Add(await app.Processes[n % 2].Http.StartAsync("slow", Body(n, 0.2)));
        }

        foreach (var id in ids)
        {
            Assert.Equal("succeeded", Caller.Status(await app.Http.EndAsync(id)));
        }

        foreach (var process in app.Processes)
        {
            await UntilAsync(process, here => (int)here["watches"]! == 0);
        }

        var before = await SignalsAsync(app);
        var idle = await RateAsync(app);
        var signals = await SignalsAsync(app) - before;
        Say($"Storage requests a second of two processes: {fresh:F2} when they were new, {idle:F2} after {Runs} runs; signals meanwhile: {signals}.");
        Assert.Equal(0, signals);
        Assert.True(idle <= fresh * 1.2,
            $"Two processes asked storage {fresh:F1} times a second when they were new, and {idle:F1} times after {Runs} runs.");
    }

    [Fact]
    public async Task What_one_process_hears_is_seen_through_every_other()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Name = "one", Previews = true }, Cancellation);
        await using var app = await Topology.ApartAsync(azurite);
        await app.Http.AddHostAsync("one", host);
        await app.Http.SaveAsync("picture", Prompts.Picture);
        var id = await app.Http.StartAsync("picture", """{"my sampler":{"steps":25},"size":{"width":1024,"height":1024}}""");
        await app.Http.UntilAsync(id, r => Caller.Status(r) == "running");
        var seen = app.Afar.UntilAsync(id, r => r["progress"]?["node"] is not null);
        await using var stream = await app.Afar.GetStreamAsync(new Uri($"runs/{id}/events?previews=true", UriKind.Relative), Cancellation);
        var kinds = new HashSet<string>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(Cancellation))
        {
            kinds.Add(item.EventType);
        }

        Assert.Equal("running", Caller.Status(await seen));
        Assert.Equal(["preview", "progress", "status"], kinds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_waits_in_another_process_is_answered_when_the_run_ends()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Name = "one" }, Cancellation);
        await using var app = await WithHostsAsync(await Topology.ApartAsync(azurite), host);
        await app.Http.RunAsync("slow", Body(0, 0));
        var late = new List<double>();
        for (var n = 1; n <= Waits; n++)
        {
            var id = await app.Http.StartAsync("slow", Body(n, 0.5 + (0.1 * (n % 10))));
            var run = await app.Afar.EndAsync(id);
            late.Add((DateTimeOffset.UtcNow - (DateTimeOffset)run["completedAt"]!).TotalMilliseconds);
        }

        late.Sort();
        Say($"Answers after completedAt, in ms: median {late[late.Count / 2]:F0}, p95 {late[(int)(late.Count * 0.95)]:F0}, most {late[^1]:F0}.");
        Assert.True(late[late.Count / 2] < 1000, $"Answers came {string.Join(", ", late.Select(l => $"{l:F0}"))} ms after the ends.");
    }

    [Fact]
    public async Task What_a_dead_process_had_in_its_queue_another_goes_on_with()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(await Topology.TwiceAsync(azurite), host);
        var first = await app.Http.StartAsync("slow", Body(1, 3));
        var second = await app.Http.StartAsync("slow", Body(2, 0));
        var third = await app.Http.StartAsync("slow", Body(3, 0));
        await app.Http.UntilAsync(first, r => Caller.Status(r) == "running");
        app.Processes[0].Kill();

        foreach (var id in (string[])[first, second, third])
        {
            Assert.Equal("succeeded", Caller.Status(await app.Processes[1].Http.EndAsync(id, AppProcess.Recovery)));
        }

        Assert.All(host.Stats.Executions, e => Assert.Equal(1, e.Value));
    }

    [Fact]
    public async Task A_run_that_was_accepted_while_nobody_could_drive_it_begins_when_somebody_comes()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(await Topology.ApartAsync(azurite), host);
        foreach (var process in app.Processes.Skip(1))
        {
            process.Kill();
        }

        var id = await app.Http.StartAsync("slow", Body(1, 0));
        await app.Processes[1].StartAsync();
        var up = DateTimeOffset.UtcNow;
        var run = await app.Http.EndAsync(id);

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.InRange((DateTimeOffset)run["startedAt"]!, DateTimeOffset.MinValue, up + Soon);
    }

    [Fact]
    public async Task Runs_in_flight_go_on_under_the_next_release()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        var storage = await azurite.NewStorageAsync();
        var version = "AzureFunctionsJobHost__extensions__durableTask__defaultVersion";
        string executing;
        string waiting;
        await using (var before = await AppProcess.StartAsync(storage, new Dictionary<string, string> { [version] = "0.9" }))
        {
            await before.Http.AddHostAsync("host", host, slots: 1);
            await before.Http.SaveAsync("slow", Prompts.Slow);
            executing = await before.Http.StartAsync("slow", Body(1, 2));
            await before.Http.UntilAsync(executing, r => Caller.Status(r) == "running");
            waiting = await before.Http.StartAsync("slow", Body(2, 0));
        }

        await using var after = await AppProcess.StartAsync(storage);
        foreach (var id in (string[])[executing, waiting])
        {
            Assert.Equal("succeeded", Caller.Status(await after.Http.EndAsync(id, AppProcess.Recovery)));
        }

        Assert.All(host.Stats.Executions, e => Assert.Equal(1, e.Value));
    }

    [Fact]
    public async Task A_deleted_run_leaves_nothing_in_any_table()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await WithHostsAsync(await Topology.TwiceAsync(azurite), host);
        var kept = (string)(await app.Http.RunAsync("slow", Body(1, 0)))["id"]!;
        var run = (string)(await app.Http.RunAsync("slow", Body(2, 0)))["id"]!;
        using var deleted = await app.Http.DeleteAsync(new Uri($"runs/{run}", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.NotEmpty(await RowsOfAsync(app, kept));
        Assert.Empty(await RowsOfAsync(app, run));
    }

    [Fact]
    public async Task A_run_is_canceled_through_any_process()
    {
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await WithHostsAsync(await Topology.TwiceAsync(azurite), host);
        var id = await app.Http.StartAsync("slow", Body(1, 120));
        await app.Http.UntilAsync(id, r => Caller.Status(r) == "running");
        using var canceled = await app.Processes[1].Http.PostAsync($"runs/{id}/cancel");

        Assert.Equal("canceled", Caller.Status(await app.Http.EndAsync(id)));
        // A host says that it was interrupted a moment before it has put the prompt away.
        await Eventually.IsSoAsync(() => host.Stats.Running.Count == 0);
    }

    private static string Body(int color, double seconds) =>
        new JsonObject
        {
            ["canvas"] = new JsonObject { ["color"] = color },
            ["sleep"] = new JsonObject { ["seconds"] = seconds }
        }.ToJsonString();

    // In the app's own tables, and in those of its task hub.
    private static async Task<List<string>> RowsOfAsync(Topology app, string run)
    {
        var storage = app.Processes[0].Storage;
        var tables = new TableServiceClient(storage.ConnectionString);
        var rows = new List<string>();
        await foreach (var table in tables.QueryAsync(cancellationToken: Cancellation))
        {
            if (table.Name.StartsWith(storage.TablePrefix, StringComparison.OrdinalIgnoreCase)
                || table.Name.StartsWith(app.Processes[0].Hub, StringComparison.OrdinalIgnoreCase))
            {
                await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: Cancellation))
                {
                    rows.AddRange(row.PartitionKey == run || row.RowKey == run ? [$"{table.Name} {row.PartitionKey} {row.RowKey}"] : []);
                }
            }
        }

        return rows;
    }

    // For docs/benchmarks.md.
    private static void Say(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("COMFYFUNC_SAY") is { Length: > 0 } file)
        {
            File.AppendAllText(file, $"{line}{Environment.NewLine}");
        }
    }

    // completedAt less what the host says of the execution's end.
    private static double Lateness(JsonObject run, List<DateTimeOffset> restarts)
    {
        var known = (DateTimeOffset)run["completedAt"]!;
        var ended = known - TimeSpan.FromMilliseconds((double)run["metrics"]!["collectMs"]!);
        return (known - restarts.Where(r => r > ended && r < known).Append(ended).Max()).TotalSeconds;
    }

    private static Task UntilAsync(SimulatedHost one, SimulatedHost two, int executions) =>
        Eventually.IsSoAsync(() => one.Stats.Executions.Count + two.Stats.Executions.Count >= executions, TimeSpan.FromMinutes(2));

    private static Task<JsonNode> UntilAsync(AppProcess process, Func<JsonNode, bool> isSo) =>
        Eventually.SeesAsync(() => HereAsync(process), isSo);

    // Requests to storage a second. A rate takes time to measure: nothing is waited for here.
    private static async Task<double> RateAsync(Topology app)
    {
        var (from, start) = (await StorageRequestsAsync(app), DateTimeOffset.UtcNow);
        await Task.Delay(Window, Cancellation);
        return (await StorageRequestsAsync(app) - from) / (DateTimeOffset.UtcNow - start).TotalSeconds;
    }

    private static async Task<long> StorageRequestsAsync(Topology app) =>
        (await Task.WhenAll(app.Processes.Select(HereAsync))).Sum(p => (long)p["storageRequests"]!);

    private static async Task<long> SignalsAsync(Topology app) =>
        (await Task.WhenAll(app.Processes.Select(HereAsync))).Sum(p => (long)p["signals"]!);

    private static async Task<JsonNode> HereAsync(AppProcess process) =>
        (await (await process.Http.GetAsync(new Uri("ready/details", UriKind.Relative),
            Cancellation)).JsonAsync())["details"]!["processes"]!.AsArray().Single(p => (bool)p!["isThis"]!)!;

    private static async Task<Topology> WithHostsAsync(Topology app, params SimulatedHost[] hosts)
    {
        foreach (var host in hosts)
        {
            await app.Http.AddHostAsync(host.Name, host);
        }

        await app.Http.SaveAsync("slow", Prompts.Slow);
        return app;
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number : otherwise;
}

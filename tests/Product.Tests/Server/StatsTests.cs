using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Stats;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Server;

/// <summary>What is kept of ended runs, whichever processes saw their ends, and who is shown what of it.</summary>
public sealed class StatsTests() : TwoRigs(new(2026, 5, 1, 12, 0, 30, TimeSpan.Zero))
{
    private static readonly RunOutcome Succeeded = new RunOutcome.Succeeded();
    private static readonly RunOutcome Failed =
        new RunOutcome.Failed(new(FaultCode.NodeFailed, "ValueError: 17 is too much", Node: new("3", "KSampler", "sampler")));

    [Fact]
    public async Task What_processes_have_seen_is_one_sum()
    {
        await EndAsync(rig, Run(Succeeded) with { Artifacts = [new() { Tag = "t", Type = "image", Bytes = 5 }] });
        await EndAsync(other, Run(Failed, "v"), Run(new RunOutcome.Canceled(false)), Run(new RunOutcome.Expired()));
        clock.Advance(TimeSpan.FromMinutes(1));
        await EndAsync(rig, Run(Succeeded));
        var stats = await StatsAsync("");
        var totals = stats["totals"]!;

        Assert.Equal((5, 2, 1, 1, 1, 5), ((int)totals["runs"]!, (int)totals["succeeded"]!, (int)totals["failed"]!,
            (int)totals["canceled"]!, (int)totals["expired"]!, (int)totals["outputBytes"]!));
        Assert.InRange((double)totals["p50Ms"]!, 9_500, 10_500);
        Assert.Equal(["12:00 4", "12:01 1"], stats["buckets"]!.AsArray().Where(b => (int)b!["runs"]! > 0)
            .Select(b => $"{(DateTimeOffset)b!["at"]!:HH:mm} {b["runs"]}"));
        Assert.Equal((60, 61), ((int)stats["bucketSeconds"]!, stats["buckets"]!.AsArray().Count));
        Assert.Equal(["w 4", "v 1"], stats["workflows"]!.AsArray().Select(w => $"{w!["workflow"]} {w["runs"]}"));
        Assert.Null(stats["workflows"]![1]!["p50Ms"]);
        Assert.True(stats["workflows"]![1]!.AsObject().ContainsKey("p50Ms"));
    }

    [Fact]
    public async Task Failures_are_grouped_by_their_cause()
    {
        var last = Run(new RunOutcome.Failed(new(FaultCode.NodeFailed, "ValueError: 18 is too much", Node: new("4", "KSampler", "sampler"))));
        await EndAsync(rig, Run(Failed), Run(Failed), Run(new RunOutcome.Expired()));
        clock.Advance(TimeSpan.FromSeconds(2));
        await EndAsync(other, last with { CompletedAt = clock.GetUtcNow() });
        var failures = (await StatsAsync(""))["failures"]!;

        Assert.Equal($$$"""
            {"workflow":"w","code":"node_failed","node":{"class":"KSampler","tag":"sampler"},"message":"ValueError: 18 is too much","count":3,
            "lastAt":"2026-05-01T12:00:32+00:00","lastRun":"{{{last.Id}}}"}
            """.ReplaceLineEndings(""), failures[0]!.ToJsonString(ServerJson.Options));
        Assert.Equal(("start_deadline_exceeded", null, FaultCode.StartDeadlineExceeded.Title, 1), ((string)failures[1]!["code"]!,
            (string?)failures[1]!["node"], (string?)failures[1]!["message"], (int)failures[1]!["count"]!));
    }

    [Fact]
    public async Task Where_models_came_from_is_told_of_runs_that_succeeded()
    {
        var attempt = new RunAttempt(1, new("h"), default, clock.GetUtcNow().AddSeconds(-4)) { Loaders = [new("1", "m.pt", 3)] };
        await EndAsync(rig, Run(Succeeded) with { Attempts = [attempt] }, Run(Succeeded) with { Attempts = [attempt with { Loaded = ["m.pt"] }] },
            Run(Succeeded) with { Attempts = [attempt], Cached = true }, Run(Failed) with { Attempts = [attempt] }, Run(Succeeded));
        var totals = (await StatsAsync(""))["totals"]!;

        Assert.Equal((1, 1, 1), ((int)totals["warmHits"]!, (int)totals["coldLoads"]!, (int)totals["cacheHits"]!));
        Assert.InRange((double)totals["queueP50Ms"]!, 5_700, 6_300);
        Assert.InRange((double)totals["queueP95Ms"]!, 5_700, 6_300); // The last never had a host.
    }

    [Fact]
    public async Task Callers_see_their_own_of_the_workflows_that_they_may_use_and_ask_for_one()
    {
        await EndAsync(rig, Run(Succeeded, "w", "shop"), Run(Failed, "hidden", "shop"), Run(Failed, "w", "other"), Run(Succeeded, "x"));
        var shop = await StatsAsync("", new Caller("shop", Role.Run) { Scope = NameScope.Of(["w"]) });

        Assert.Equal(1, (int)shop["totals"]!["runs"]!);
        Assert.Empty(shop["failures"]!.AsArray());
        Assert.Equal(["w"], shop["workflows"]!.AsArray().Select(w => (string)w!["workflow"]!));
        Assert.Equal(2, (int)(await StatsAsync("?workflow=W"))["totals"]!["runs"]!);
        Assert.Equal(4, (int)(await StatsAsync(""))["totals"]!["runs"]!);
    }

    [Theory]
    [InlineData("?from=2026-05-01T11:00:00Z&to=2026-05-01T12:00:00Z", 0)]
    [InlineData("?from=2026-05-01T12:00:00Z&to=2026-05-01T12:00:31Z", 1)]
    [InlineData("?from=2026-05-01T12:01:00Z", 0)]
    [InlineData("?from=2026-05-01", 1)]
    [InlineData("?from=2020-01-01", 1)]
    public async Task A_time_is_asked_for(string query, int runs)
    {
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(runs, (int)(await StatsAsync(query))["totals"]!["runs"]!);
    }

    [Theory]
    [InlineData("?from=2026-05-02&to=2026-05-01", "/from")]
    [InlineData("?from=2026-05-01&to=2026-05-01", "/from")]
    public async Task A_time_that_ends_before_it_begins_is_told(string query, string pointer)
    {
        var (status, body) = await rig.AnswerAsync(await rig.Get<StatsEndpoints>().GetAsync(ServerRig.Request(query: query), Cancellation));
        Assert.Equal((400, pointer), (status, (string)body["errors"]![0]!["pointer"]!));
    }

    [Fact]
    public async Task A_minute_is_one_write_each_time_that_it_has_grown_and_reads_nothing()
    {
        tables.Reset();
        for (var i = 0; i < 20; i++)
        {
            await rig.Get<StatsMeter>().EndedAsync(Run(Succeeded, $"w{i % 4}"), Cancellation);
        }

        Assert.Equal((0, 0), (Writes(), tables.ReadsOf("stats")));
        await rig.Get<StatsMeter>().WriteAsync(Cancellation);
        await rig.Get<StatsMeter>().WriteAsync(Cancellation);
        Assert.Equal((1, 0), (Writes(), tables.ReadsOf("stats")));
        await EndAsync(rig, Run(Succeeded));
        Assert.Equal((2, 0), (Writes(), tables.ReadsOf("stats")));
        Assert.Equal(21, (int)(await StatsAsync(""))["totals"]!["runs"]!);
        Assert.Equal(1, tables.ReadsOf("stats"));
        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task A_run_that_is_counted_late_adds_to_its_minute()
    {
        var late = Run(Succeeded);
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromMinutes(5));
        await EndAsync(rig, Run(Succeeded));
        await EndAsync(rig, late);

        Assert.Equal(["12:00 2", "12:05 1"], (await StatsAsync(""))["buckets"]!.AsArray().Where(b => (int)b!["runs"]! > 0)
            .Select(b => $"{(DateTimeOffset)b!["at"]!:HH:mm} {b["runs"]}"));
        Assert.Equal(3, (await RowsAsync()).Length); // What is long over is not held.
        tables.Reset();
        Assert.Equal(1, (int)(await StatsAsync("?from=2026-05-01T12:05:00Z"))["totals"]!["runs"]!);
        Assert.Equal(1, tables.RowsOf("stats"));
    }

    [Fact]
    public async Task Times_are_told_by_what_half_and_nineteen_of_twenty_did_not_exceed_and_all_seconds_on_hosts_are_added()
    {
        for (var i = 1; i <= 20; i++)
        {
            var run = Run(Succeeded);
            var (start, end) = (run.CreatedAt.AddSeconds(i == 20 ? 8 : 1), run.CreatedAt.AddSeconds(i < 19 ? 10 : 100));
            await EndAsync(rig, run with
            {
                CompletedAt = end,
                Attempts =
                [
                    new(1, new("h"), default, start, end, "succeeded")
                    {
                        ExecutionStartedAt = start,
                        ExecutionEndedAt = start.AddSeconds(1.5),
                    },
                ],
            });
        }

        var totals = (await StatsAsync("?from=2026-05-01&to=2026-05-02"))["totals"]!;
        Assert.InRange((double)totals["p50Ms"]!, 9_500, 10_500);
        Assert.InRange((double)totals["p95Ms"]!, 95_000, 105_000);
        Assert.InRange((double)totals["queueP50Ms"]!, 950, 1_050);
        Assert.InRange((double)totals["queueP95Ms"]!, 950, 1_050);
        Assert.Equal(30, (double)totals["gpuSeconds"]!);
        Assert.All(["p50Ms", "p95Ms", "queueP50Ms"], p => Assert.Equal(Math.Round((double)totals[p]!, 1), (double)totals[p]!));
    }

    [Fact]
    public async Task What_has_ended_is_written_without_being_asked_for()
    {
        await rig.Get<StatsMeter>().EndedAsync(Run(Succeeded), Cancellation);
        await rig.Get<StatsMeter>().StartAsync(Cancellation);
        await Eventually.SeesAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return StatsAsync("?from=2026-05-01&to=2026-05-02");
            },
            stats => (int)stats["totals"]!["runs"]! == 1);
        await rig.Get<StatsMeter>().StopAsync(Cancellation);
    }

    [Fact]
    public async Task However_long_a_time_is_asked_for_it_is_a_week()
    {
        var stats = await StatsAsync("?from=2020-01-01");
        Assert.Equal(clock.GetUtcNow().AddDays(-7).Date, ((DateTimeOffset)stats["from"]!).Date);
    }

    [Fact]
    public async Task What_storage_did_not_take_is_written_later_and_the_rest_at_shutdown()
    {
        var away = true;
        await rig.Get<StatsMeter>().EndedAsync(Run(Succeeded), Cancellation);
        tables.BeforeUpsert = table => away && table == "stats"
            ? throw new StorageUnavailableException("away", new InvalidOperationException("503")) : Task.CompletedTask;
        await Assert.ThrowsAsync<StorageUnavailableException>(() => rig.Get<StatsMeter>().WriteAsync(Cancellation));
        away = false;
        await rig.Get<StatsMeter>().WriteAsync(Cancellation);
        await rig.Get<StatsMeter>().EndedAsync(Run(Succeeded), Cancellation);
        await rig.Get<StatsMeter>().StopAsync(Cancellation);

        Assert.Equal(2, (int)(await StatsAsync(""))["totals"]!["runs"]!);
    }

    [Fact]
    public async Task A_week_is_kept()
    {
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.NotEmpty(await rig.RowsAsync("stats"));
        clock.Advance(TimeSpan.FromMinutes(30));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.DoesNotContain("\"w\"", await rig.RowsAsync("stats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_are_read_by_quarters_of_an_hour_and_say_the_same_as_their_minutes()
    {
        for (var minute = 0; minute < 48 * 60; minute += 3)
        {
            await EndAsync(minute % 2 == 0 ? rig : other, Run(minute % 9 == 0 ? Failed : Succeeded, $"w{minute % 4}"));
            clock.Advance(TimeSpan.FromMinutes(3));
        }

        const string Query = "?from=2026-05-01T12:05:00Z&to=2026-05-03T11:50:00Z";
        tables.Reset();
        var before = await StatsAsync(Query);
        Assert.InRange(tables.RowsOf("stats"), 900, 1_000);
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        tables.Reset();

        Assert.Equal(before.ToJsonString(), (await StatsAsync(Query)).ToJsonString());
        Assert.InRange(tables.RowsOf("stats"), 180, 210);
        Assert.InRange(tables.ReadsOf("stats"), 1, 4);
    }

    [Fact]
    public async Task A_run_that_is_counted_when_its_quarter_is_summed_up_adds_to_it()
    {
        var late = Run(Succeeded);
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromHours(20));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        await EndAsync(other, late, late with { Workflow = "v" });

        Assert.Equal(3, (int)(await StatsAsync("?from=2026-05-01"))["totals"]!["runs"]!);
    }

    [Fact]
    public async Task A_run_that_is_counted_while_its_quarter_is_being_summed_up_adds_to_it()
    {
        var late = Run(Succeeded);
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromHours(20));
        await WhileSumming(() => EndAsync(other, late));

        Assert.Equal(2, (int)(await StatsAsync("?from=2026-05-01"))["totals"]!["runs"]!);
    }

    [Fact]
    public async Task Who_sums_up_slowly_writes_over_no_sum_that_knows_more()
    {
        var late = Run(Succeeded);
        await EndAsync(rig, Run(Succeeded));
        clock.Advance(TimeSpan.FromHours(20));
        await WhileSumming(async () =>
        {
            await other.Get<StatsStore>().SweepAsync(Cancellation);
            await EndAsync(other, late);
        });

        Assert.Equal(2, (int)(await StatsAsync("?from=2026-05-01"))["totals"]!["runs"]!);
    }

    [Fact]
    public async Task A_sweep_of_what_is_summed_up_reads_what_has_come_since()
    {
        for (var minute = 0; minute < 600; minute++)
        {
            await EndAsync(rig, Run(Succeeded));
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        await rig.Get<StatsStore>().SweepAsync(Cancellation);
        clock.Advance(TimeSpan.FromMinutes(15));
        tables.Reset();
        await rig.Get<StatsStore>().SweepAsync(Cancellation);
        Assert.InRange(tables.RowsOf("stats"), 1, 40); // Each twice: once to sum it up, and once to see what came meanwhile.
    }

    private async Task WhileSumming(Func<Task> happens)
    {
        var has = false;
        tables.BeforeInsert = async table =>
        {
            if (table == "stats" && !has)
            {
                has = true;
                await happens();
            }
        };
        await rig.Get<StatsStore>().SweepAsync(Cancellation);
        Assert.True(has);
    }

    private async Task<string[]> RowsAsync() => (await rig.RowsAsync("stats")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private int Writes() => tables.Writes.Where(w => w.Key.StartsWith("stats ", StringComparison.Ordinal)).Sum(w => w.Value);

    private RunRecord Run(RunOutcome outcome, string workflow = "w", string client = "") =>
        SomeRun.In(new RunState.Ended(outcome), clock) with
        {
            Workflow = workflow,
            Client = client,
            CreatedAt = clock.GetUtcNow().AddSeconds(-10),
            CompletedAt = clock.GetUtcNow(),
        };

    private static async Task EndAsync(ServerRig rig, params RunRecord[] runs)
    {
        await rig.TellEndsAsync(runs);
        await rig.Get<StatsMeter>().WriteAsync(Cancellation);
    }

    private async Task<JsonObject> StatsAsync(string query, Caller? caller = null)
    {
        var request = ServerRig.Request(query: query);
        request.SetCaller(caller ?? Caller.Anybody);
        return (await rig.AnswerAsync(await rig.Get<StatsEndpoints>().GetAsync(request, Cancellation))).Body;
    }
}

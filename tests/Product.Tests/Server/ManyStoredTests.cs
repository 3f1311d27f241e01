using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server;

/// <summary>What is read of many stored rows: what is asked for or due, however many others there are.</summary>
public sealed class ManyStoredTests
{
    private const int Many = 400;

    private static readonly RunState Succeeded = new RunState.Ended(new RunOutcome.Succeeded());

    private readonly FakeTimeProvider clock = new(new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingTables tables = new(new MemoryDocumentTables());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rescue_looks_at_all_runs_once_and_then_from_the_oldest_open_one_on()
    {
        await using var rig = await RigAsync();
        await EndedAsync(rig, Many);
        clock.Advance(TimeSpan.FromHours(2));
        var open = await AddAsync(rig, RunProcess.Initial);
        var rescue = rig.Get<RunRescue>();
        await rescue.SweepAsync(Cancellation);
        Assert.Equal(Many + 1, tables.RowsOf("runs"));

        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            tables.Reset();
            await rescue.SweepAsync(Cancellation);
            Assert.Equal((1, 0), (tables.RowsOf("runs"), tables.PassedOf("runs")));
        }

        Assert.Contains(open, rig.Driver.Resumed);
    }

    [Fact]
    public async Task The_rescue_finds_a_run_whose_row_came_long_after_its_id_was_made()
    {
        await using var rig = await RigAsync();
        var id = RunIds.New(clock);
        var batch = SomeBatch.New(clock) with { Total = 2, Made = 1, LastRun = id };
        await rig.Get<BatchStore>().InsertAsync(batch, new([]), Cancellation);
        clock.Advance(TimeSpan.FromHours(5));
        await EndedAsync(rig, Many);
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        await AddAsync(rig, RunProcess.Initial, id);
        await rig.Get<BatchStore>().ChangeAsync(batch.Id, b => b with { IsDone = true, Made = 2 }, Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);

        Assert.Equal([id], rig.Driver.Resumed);
    }

    [Fact]
    public async Task The_rescue_finds_a_run_whose_inputs_took_a_while()
    {
        await using var rig = await RigAsync();
        var slow = RunIds.New(clock);
        clock.Advance(TimeSpan.FromMinutes(20));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        await AddAsync(rig, RunProcess.Initial, slow);
        clock.Advance(TimeSpan.FromMinutes(1));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);

        Assert.Equal([slow], rig.Driver.Resumed);
    }

    [Fact]
    public async Task The_rescue_looks_at_all_again_now_and_then()
    {
        await using var rig = await RigAsync();
        var late = RunIds.New(clock);
        clock.Advance(TimeSpan.FromHours(5));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        await AddAsync(rig, RunProcess.Initial, late);
        clock.Advance(TimeSpan.FromHours(1));
        await rig.Get<RunRescue>().SweepAsync(Cancellation);

        Assert.Equal([late], rig.Driver.Resumed);
    }

    [Fact]
    public async Task The_removal_reads_no_run_that_is_not_due()
    {
        await using var rig = await RigAsync();
        await EndedAsync(rig, 3);
        clock.Advance(TimeSpan.FromMinutes(1)); // The same day.
        await EndedAsync(rig, Many);
        clock.Advance(new ComfyFuncOptions().Retention - TimeSpan.FromSeconds(30));
        tables.Reset();
        Assert.Equal(3, await rig.Get<RunRemoval>().SweepAsync(Cancellation));
        Assert.Equal(3, tables.RowsOf("runs"));
    }

    [Fact]
    public async Task The_housekeeping_reads_no_batch_that_is_not_due_and_keys_once_a_day()
    {
        await using var rig = await RigAsync();
        var old = SomeBatch.New(clock) with { IsDone = true };
        await rig.Get<BatchStore>().InsertAsync(old, new([]), Cancellation);
        await rig.Get<KeyedCalls>().ClaimAsync(new("old", "f"), Cancellation);
        clock.Advance(new ComfyFuncOptions().Retention + TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        for (var i = 0; i < 50; i++)
        {
            await rig.Get<BatchStore>().InsertAsync(SomeBatch.New(clock), new([]), Cancellation);
        }

        tables.Reset();
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.Equal(1, tables.RowsOf("batches"));
        Assert.Null(await rig.Get<BatchStore>().FindAsync(old.Id, Cancellation));
        Assert.Empty(await rig.RowsAsync("calls"));

        tables.Reset();
        clock.Advance(TimeSpan.FromMinutes(10));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.Equal((0, 0), (tables.RowsOf("batches"), tables.ReadsOf("calls")));
        clock.Advance(TimeSpan.FromDays(1));
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        Assert.NotEqual(0, tables.ReadsOf("calls"));
    }

    [Fact]
    public async Task A_result_is_forgotten_with_the_run_that_made_it_and_not_with_another()
    {
        await using var rig = await RigAsync(new() { ReuseResultsFor = TimeSpan.FromDays(1) });
        var results = rig.Get<ResultCache>();
        var (first, second) = (Made(), Made());
        await results.EndedAsync(first, Cancellation);
        await results.EndedAsync(second, Cancellation);
        await results.RemovedAsync(first, Cancellation);
        Assert.NotEmpty(await rig.RowsAsync("results"));
        await results.RemovedAsync(second, Cancellation);
        Assert.Empty(await rig.RowsAsync("results"));

        RunRecord Made() => SomeRun.In(Succeeded, clock) with
        {
            Inputs = "same",
            Artifacts = [new() { Tag = "t", Type = "image", Blob = "b" }],
        };
    }

    [Fact]
    public async Task A_batch_of_a_thousand_is_read_by_its_pages_and_nothing_around_it()
    {
        await using var rig = await RigAsync();
        await EndedAsync(rig, Many);
        var batch = SomeBatch.New(clock) with { Total = Batch.Most, Made = Batch.Most, IsDone = true };
        ImmutableArray<RunId> ids = [.. Enumerable.Range(0, Batch.Most).Select(_ => RunIds.New(clock))];
        batch = batch with { LastRun = ids[^1] };
        await rig.Get<BatchStore>().InsertAsync(batch, new([]), Cancellation);
        foreach (var id in ids)
        {
            await AddAsync(rig, Succeeded, id, batch.Id);
        }

        await EndedAsync(rig, Many);
        tables.Reset();
        var stored = (await rig.Get<BatchStore>().FindAsync(batch.Id, Cancellation))!; // It was inserted.
        var standing = await rig.Get<BatchResource>().StandingAsync(stored, Cancellation);
        Assert.Equal(Batch.Most, standing.Counts[RunStatus.Succeeded]);
        Assert.Equal((1, Batch.Most, 0, 0),
            (tables.ReadsOf("runs"), tables.RowsOf("runs"), tables.PassedOf("runs"), tables.JsonOf("runs")));

        tables.Reset();
        // Its row says now that all have ended.
        await rig.Get<BatchResource>().StandingAsync((await rig.Get<BatchStore>().FindAsync(batch.Id, Cancellation))!, Cancellation);
        Assert.Equal(0, tables.ReadsOf("runs"));
    }

    [Theory]
    [InlineData("01")]
    [InlineData("nothing")]
    public async Task A_batch_that_nobody_made_has_no_runs(string batch)
    {
        await using var rig = await RigAsync();
        await EndedAsync(rig, 3);
        Assert.Empty((await rig.Get<RunStore>().PageAsync(new(Batch: batch), 50, null, Cancellation)).Runs);
    }

    [Fact]
    public async Task The_newest_fifty_of_many_runs_are_one_page()
    {
        await using var rig = await RigAsync();
        await EndedAsync(rig, Many);
        tables.Reset();
        var page = await rig.Get<RunStore>().PageAsync(new(), 50, null, Cancellation);
        Assert.Equal((50, 1, 50), (page.Runs.Length, tables.ReadsOf("runs"), tables.RowsOf("runs")));
    }

    [Fact]
    public async Task A_quota_counts_what_is_new_and_not_the_whole_day_at_each_call()
    {
        var quota = new QuotaOptions { Client = "", RunsPerDay = Many + 12 };
        await using var rig = await RigAsync(new() { Quotas = [quota] });
        await EndedAsync(rig, Many);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(await RefusalAsync(rig));
        for (var i = 0; i < 10; i++)
        {
            await EndedAsync(rig, 1); // Elsewhere, since nobody asked here.
        }

        clock.Advance(TimeSpan.FromSeconds(5));
        tables.Reset();
        Assert.Null(await RefusalAsync(rig));
        Assert.Equal(10, tables.RowsOf("runs"));

        await EndedAsync(rig, 2);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(await RefusalAsync(rig));
        clock.Advance(TimeSpan.FromMinutes(15)); // All are counted again, to the same sum.
        Assert.NotNull(await RefusalAsync(rig));
        clock.Advance(TimeSpan.FromHours(12)); // Another day.
        Assert.Null(await RefusalAsync(rig));
    }

    [Fact]
    public async Task A_quota_of_open_runs_does_not_read_the_ended_ones()
    {
        await using var rig = await RigAsync(new() { Quotas = [new QuotaOptions { Client = "", OpenRuns = 2 }] });
        await EndedAsync(rig, 5);
        await AddAsync(rig, RunProcess.Initial);
        Assert.Null(await RefusalAsync(rig));
        await AddAsync(rig, RunProcess.Initial);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(await RefusalAsync(rig));
        Assert.Contains("runs.Open", tables.Filters);
    }

    [Fact]
    public async Task A_quota_of_open_runs_looks_at_all_once_and_then_from_the_oldest_open_one_on()
    {
        await using var rig = await RigAsync(new() { Quotas = [new QuotaOptions { Client = "", OpenRuns = 2 }] });
        await EndedAsync(rig, Many);
        clock.Advance(TimeSpan.FromHours(1));
        await AddAsync(rig, RunProcess.Initial);
        Assert.Null(await RefusalAsync(rig));
        clock.Advance(TimeSpan.FromSeconds(5));
        tables.Reset();
        Assert.Null(await RefusalAsync(rig));
        Assert.Equal((1, 0), (tables.RowsOf("runs"), tables.JsonOf("runs")));

        clock.Advance(TimeSpan.FromHours(1)); // It stays open for long.
        Assert.Null(await RefusalAsync(rig));
        await AddAsync(rig, RunProcess.Initial);
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.NotNull(await RefusalAsync(rig));
    }

    [Fact]
    public async Task Of_very_many_deliveries_a_look_reads_a_page_and_those_of_runs_that_were_just_heard_of()
    {
        await using var rig = await RigAsync();
        await rig.Get<WebhookStore>().WriteAsync("away", _ => rig.Get<WebhookStore>().New("away") with { Url = new("https://x.test/") },
            Cancellation);
        var outbox = rig.Get<Outbox>();
        var ids = new HashSet<RunId>();
        for (var i = 0; i < 2_500; i++)
        {
            ids.Add(await HappenedAsync(outbox));
        }

        var hold = TimeSpan.FromHours(1);
        await outbox.TakeAsync(ids, TimeSpan.Zero, Cancellation); // Finds out how many there are.
        var heard = await HappenedAsync(outbox);
        tables.Reset();
        Assert.Equal([heard], (await outbox.TakeAsync(new HashSet<RunId> { heard }, hold, Cancellation)).Select(d => d.Delivery.Run));
        Assert.Equal(1, tables.ReadsOf("outbox"));

        clock.Advance(TimeSpan.FromMinutes(1)); // All are due.
        var taken = new HashSet<RunId>();
        for (var i = 0; i < 4; i++) // Three pages; what has come may have pushed one from the first into the second.
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            tables.Reset();
            taken.UnionWith((await outbox.TakeAsync(new HashSet<RunId>(), hold, Cancellation)).Select(d => d.Delivery.Run));
            Assert.Equal(1, tables.ReadsOf("outbox"));
        }

        Assert.Equal(ids, taken);
    }

    private async Task<RunId> HappenedAsync(Outbox outbox)
    {
        var run = SomeRun.In(Succeeded, clock);
        Assert.True(await outbox.HappeningAsync(run, RunMoment.Ended, Cancellation));
        return run.Id;
    }

    [Fact]
    public async Task The_embedded_store_has_an_index_of_every_column_that_is_filtered_by()
    {
        await using var rig = await RigAsync(new() { Quotas = [new QuotaOptions { Client = "", OpenRuns = 2, RunsPerDay = 9 }] });
        await rig.Get<RunStore>().PageAsync(new("w", "c", "b", "h") { Statuses = [RunStatus.Failed] }, 50, null, Cancellation);
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        await rig.Get<Housekeeping>().SweepAsync(Cancellation);
        await rig.Get<RunRemoval>().SweepAsync(Cancellation);
        await RefusalAsync(rig);
        await rig.Get<BatchStore>().PageAsync("w", "c", 50, null, Cancellation);

        Assert.Subset(tables.Filters.ToHashSet(), new HashSet<string> { "runs.Open", "runs.Batch", "batches.Open", "calls.Day" });
        Assert.All(tables.Filters, f => Assert.Contains(f.Split('.')[1], FilteredColumns.Of(f.Split('.')[0])));
    }

    private async Task<ServerRig> RigAsync(ComfyFuncOptions? options = null) =>
        await new ServerRig(options, clock: clock, tables: tables).StartedAsync();

    private static async Task<IResult?> RefusalAsync(ServerRig rig) =>
        await rig.Get<Quotas>().RefusalAsync(ServerRig.Request().HttpContext.Response, "", Cancellation);

    private async Task EndedAsync(ServerRig rig, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await AddAsync(rig, Succeeded);
        }
    }

    private async Task<RunId> AddAsync(ServerRig rig, RunState state, RunId? id = null, string? batch = null)
    {
        var run = SomeRun.In(state, clock, id) with { Batch = batch };
        return (await rig.Get<RunStore>().InsertAsync(run, Cancellation)).Id;
    }
}

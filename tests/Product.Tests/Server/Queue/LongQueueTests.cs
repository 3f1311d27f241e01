using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.Queue;

/// <summary>What a long queue costs, and that several processes still see one queue.</summary>
public sealed class LongQueueTests
{
    private const int Many = 2_500;

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CountingTables tables = new(new MemoryDocumentTables());

    private static readonly TimeSpan Since = TimeSpan.FromSeconds(11);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_at_a_long_queue_reads_a_page_and_what_is_newest()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, Many);
        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        clock.Advance(Since); // No longer newest.
        tables.Reset();
        for (var i = 0; i < 10; i++)
        {
            await rig.Get<Dispatcher>().DispatchAsync(Cancellation);
        }

        Assert.InRange(tables.Reads, 10, 20);
        Assert.InRange(tables.PassedOf("pending"), 0, 20 * 51); // Those of the second that its page and what is newest begin in.
        Assert.Equal(Many, rig.Get<PendingStore>().Known.Count);
    }

    [Fact]
    public async Task A_grant_out_of_a_long_queue_reads_no_row()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, Many);
        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        clock.Advance(Since);
        await AddHostsAsync(rig, 1);
        tables.Reset();
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);

        Assert.Equal(2, rig.Driver.Signals.Count);
        Assert.InRange(tables.Reads, 1, 2);
    }

    [Fact]
    public async Task A_plan_that_a_slot_given_back_has_overtaken_is_made_anew_without_reading_the_row()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, Many);
        await rig.Get<PendingStore>().RefreshAsync(Cancellation);
        await AddHostsAsync(rig, 1);
        var (hosts, host) = (rig.Get<HostStore>(), new HostId("h0"));
        var plan = Scheduler.Assign(hosts.Known, rig.Get<PendingStore>().Known, ImmutableHashSet<RunId>.Empty,
            rig.Get<Capabilities>().Has, clock.GetUtcNow());
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation); // Lends the slots that the plan is over.
        tables.Reset();

        Assert.Null(await hosts.UpdateKnownAsync(host, h => plan[0].Over(h, clock.GetUtcNow()), Cancellation));
        Assert.Equal(0, tables.ReadsOf("hosts"));
        Assert.Null(await hosts.UpdateAsync(host, h => plan[0].Over(h, clock.GetUtcNow()), Cancellation));
        Assert.Equal(1, tables.ReadsOf("hosts"));
    }

    [Fact]
    public async Task A_sweep_over_a_long_queue_costs_a_few_queries_and_takes_out_only_who_wants_no_slot()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, Many);
        var gone = Waiting();
        await rig.Get<PendingStore>().AddAsync(gone, Cancellation);
        var canceled = Waiting();
        await rig.Get<RunStore>()
            .InsertAsync(SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock, canceled.Run), Cancellation);
        await rig.Get<PendingStore>().AddAsync(canceled, Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 3; i++)
        {
            tables.Reset();
            await rig.Get<LeaseSweep>().SweepAsync(Cancellation);
            Assert.InRange(tables.Reads, 1, 15);
        }

        Assert.Equal(Many, (await AllRowsAsync()).Length);
        Assert.Null(rig.Get<PendingStore>().PositionOf(gone.Run));
        Assert.Null(rig.Get<PendingStore>().PositionOf(canceled.Run));
    }

    [Fact]
    public async Task What_another_process_adds_is_seen_at_the_next_look()
    {
        await using var rig = await RigAsync();
        await using var other = await RigAsync();
        await FillAsync(rig, Many);
        await other.Get<PendingStore>().RefreshAsync(Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        var added = Waiting();
        await rig.Get<PendingStore>().AddAsync(added, Cancellation);
        await other.Get<PendingStore>().RefreshAsync(Cancellation);

        Assert.Equal(Many, other.Get<PendingStore>().PositionOf(added.Run));
    }

    [Fact]
    public async Task What_another_process_puts_back_is_seen_within_as_many_looks_as_there_are_pages()
    {
        await using var rig = await RigAsync();
        await using var other = await RigAsync();
        var back = Waiting();
        await FillAsync(rig, Many);
        clock.Advance(TimeSpan.FromMinutes(1));
        await other.Get<PendingStore>().RefreshAsync(Cancellation);
        await rig.Get<PendingStore>().AddAsync(back with { Placement = back.Placement.Next() }, Cancellation);
        for (var i = 0; i < 3; i++)
        {
            await other.Get<PendingStore>().RefreshAsync(Cancellation);
        }

        Assert.Equal(2, other.Get<PendingStore>().Known.Find(back.Run)?.Placement.Attempt);
    }

    [Fact]
    public async Task What_another_process_takes_is_gone_after_the_first_attempt_to_take_it_too()
    {
        await using var rig = await RigAsync();
        await using var other = await RigAsync();
        await FillAsync(rig, Many);
        await other.Get<PendingStore>().RefreshAsync(Cancellation);
        var taken = rig.Get<PendingStore>().Known.OrderBy(w => w.Run.Value, StringComparer.Ordinal).Take(500).Select(w => w.Run).ToArray();
        foreach (var run in taken)
        {
            Assert.True(await rig.Get<PendingStore>().TakeAsync(run, Cancellation));
        }

        Assert.False(await other.Get<PendingStore>().TakeAsync(taken[0], Cancellation));
        Assert.True(other.Get<PendingStore>().IsDoubted);
        await other.Get<PendingStore>().RefreshAsync(Cancellation);

        Assert.False(other.Get<PendingStore>().IsDoubted);
        Assert.Equal(Many - 500, other.Get<PendingStore>().Known.Count);
    }

    [Fact]
    public async Task A_run_that_was_put_back_by_another_process_can_be_taken()
    {
        await using var rig = await RigAsync();
        await using var other = await RigAsync();
        var run = Waiting();
        await rig.Get<PendingStore>().AddAsync(run, Cancellation);
        await other.Get<PendingStore>().AddAsync(run with { Placement = run.Placement.Next() }, Cancellation);

        Assert.True(await rig.Get<PendingStore>().TakeAsync(run.Run, Cancellation));
        Assert.Empty(await AllRowsAsync());
    }

    [Fact]
    public async Task What_waits_lies_by_seconds_before_the_pause()
    {
        await using var rig = await RigAsync();
        await rig.Get<PendingStore>().PauseAsync(Cancellation);
        await FillAsync(rig, 200); // Four seconds of them.
        var rows = await AllRowsAsync();

        Assert.Equal(QueuePause.Row, rows[^1].Row);
        Assert.InRange(rows.Select(r => r.Partition).Distinct().Count(), 5, 7);
    }

    [Fact]
    public async Task The_queue_of_an_earlier_release_stays_where_that_one_finds_it()
    {
        var (run, old) = (SomeRun.In(RunProcess.Initial, clock), Waiting());
        await tables["runs"].InsertAsync(new(RunKeys.Day(clock.GetUtcNow()), RunKeys.Row(run.Id), StoredJson.Write(run)), Cancellation);
        await tables["pending"].InsertAsync(new("pending", old.Run.Value, StoredJson.Write(old)), Cancellation);
        await using var rig = await RigAsync();
        await rig.Get<PendingStore>().PauseAsync(Cancellation);
        await FillAsync(rig, 3);
        await using var other = await RigAsync();
        var queue = await other.Get<PendingStore>().RefreshAsync(Cancellation);

        Assert.Equal((4, 0), (queue.Count, queue.PositionOf(old.Run)));
        Assert.NotNull(other.Get<PendingStore>().PausedAt);
        Assert.True(await other.Get<PendingStore>().TakeAsync(old.Run, Cancellation));
        Assert.Equal(3, (await other.Get<PendingStore>().RefreshAsync(Cancellation)).Count);
        Assert.All(await AllRowsAsync(), r => Assert.Equal("pending", r.Partition));
    }

    [Fact]
    public async Task Slots_of_several_hosts_are_lent_side_by_side()
    {
        await using var rig = await RigAsync();
        await FillAsync(rig, 8);
        await AddHostsAsync(rig, 4);
        var allAreThere = new TaskCompletionSource();
        var there = 0;
        tables.BeforeReplace = name =>
        {
            if (name == "hosts" && Interlocked.Increment(ref there) == 4)
            {
                allAreThere.SetResult();
            }

            return name == "hosts" ? allAreThere.Task : Task.CompletedTask;
        };
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(8, rig.Driver.Signals.Count);
    }

    private async Task<ServerRig> RigAsync() => await new ServerRig(clock: clock, tables: tables).StartedAsync();

    private async Task FillAsync(ServerRig rig, int count)
    {
        for (var i = 0; i < count; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(20)); // They lie in several partitions.
            var run = Waiting();
            await rig.Get<RunStore>()
                .InsertAsync(SomeRun.In(new RunState.Waiting(Placement.First), clock, run.Run), Cancellation);
            await rig.Get<PendingStore>().AddAsync(run, Cancellation);
        }
    }

    private static async Task AddHostsAsync(ServerRig rig, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var id = new HostId($"h{i}");
            var catalog = await rig.Get<HostCatalogs>().KeepAsync("{}"u8.ToArray(), Cancellation);
            // The version has ended well there: one that never has goes to two hosts at most.
            var times = LearnedTimes.None.After(new Observation("w", [], [], 1, DateTimeOffset.UnixEpoch));
            await rig.Get<HostStore>().PutAsync(
                id, _ => new() { Id = id, Url = new("http://127.0.0.1:1/"), CatalogHash = catalog.Hash, Times = times }, Cancellation);
            await rig.Get<CatalogWatch>().LoadAsync(rig.Get<HostStore>().Known, Cancellation);
        }
    }

    private async Task<ImmutableArray<Document>> AllRowsAsync()
    {
        var rows = ImmutableArray.CreateBuilder<Document>();
        await foreach (var row in tables["pending"].QueryAsync(new() { PageSize = DocumentQuery.LargestPage }, Cancellation))
        {
            rows.Add(row);
        }

        return rows.ToImmutable();
    }

    private WaitingRun Waiting() =>
        new() { Run = RunIds.New(clock), Placement = Placement.First, Since = clock.GetUtcNow(), Work = new() { Name = "w" } };
}

using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>What processes know of each other, and what one does not do that cannot wake runs.</summary>
public class ProcessTests
{
    private static readonly HostId Host = new("h");

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_in_hand_waits_for_the_one_that_has_it_and_then_is_in_nobodys()
    {
        var hands = new RunsInHand(clock);
        var run = new RunId("r");
        var first = await hands.TakeAsync(run, Cancellation);
        var second = hands.TakeAsync(run, Cancellation);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
        Assert.False(hands.Has(run));
    }

    [Fact]
    public async Task Only_what_takes_long_is_told()
    {
        var hands = new RunsInHand(clock);
        using var taken = await hands.TakeAsync(new("r"), Cancellation);
        clock.Advance(TimeSpan.FromSeconds(2));
        using var young = await hands.TakeAsync(new("s"), Cancellation);
        Assert.Equal([new RunId("r")], hands.LongerThan(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_wait_that_is_given_up_leaves_nothing_behind()
    {
        var hands = new RunsInHand(clock);
        using var stop = new CancellationTokenSource();
        var taken = await hands.TakeAsync(new("r"), Cancellation);
        var waiting = hands.TakeAsync(new("r"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        taken.Dispose();
        Assert.False(hands.Has(new("r")));
    }

    [Fact]
    public async Task A_process_lives_as_long_as_it_says_and_its_row_goes_some_time_after()
    {
        await using var rig = await new ServerRig(clock: clock).StartedAsync();
        var store = rig.Get<ProcessStore>();
        var row = rig.Get<ProcessBeat>().Now();
        await store.PutAsync(row, Cancellation);
        clock.SetUtcNow(row.NextAt.AddSeconds(3));
        Assert.Equal(row.Id, Assert.Single(await store.LivingAsync(Cancellation)).Id);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await store.LivingAsync(Cancellation));
        Assert.NotEmpty(await rig.RowsAsync("processes"));
        clock.Advance(TimeSpan.FromMinutes(10));
        await store.LivingAsync(Cancellation);
        Assert.Empty(await rig.RowsAsync("processes"));
    }

    [Fact]
    public async Task A_process_that_can_wake_no_run_lends_no_slot_and_listens_to_no_host()
    {
        await using var rig = new ServerRig(clock: clock);
        rig.Driver.IsReady = false;
        await rig.StartedAsync();
        var catalog = await rig.Get<HostCatalogs>().KeepAsync("{}"u8.ToArray(), Cancellation);
        await rig.Get<HostStore>()
            .PutAsync(Host, _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), CatalogHash = catalog.Hash }, Cancellation);
        await rig.Get<PendingStore>().AddAsync(Waiting(), Cancellation);
        await rig.Get<HostMonitor>().ReconcileAsync(Cancellation);
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);

        Assert.Empty(rig.Get<HostConnections>().Listening);
        Assert.Empty(rig.Get<HostStore>().Find(Host)!.Leases);
        Assert.Single(rig.Get<PendingStore>().Known);

        rig.Driver.IsReady = true;
        await rig.Get<HostMonitor>().ReconcileAsync(Cancellation);
        await rig.Get<HostStore>().UpdateAsync(Host, h => h with { Status = HostStatus.Ready }, Cancellation);
        await rig.Get<Dispatcher>().DispatchAsync(Cancellation);
        Assert.Equal(["h"], rig.Get<HostConnections>().Listening);
        Assert.Single(rig.Get<HostStore>().Find(Host)!.Leases);
        Assert.IsType<RunEvent.Granted>(Assert.Single(rig.Driver.Signals).News);
    }

    [Fact]
    public async Task A_process_that_can_wake_no_run_feeds_no_batch_and_rescues_nobody()
    {
        await using var rig = await new ServerRig(clock: clock).StartedAsync();
        var batch = SomeBatch.New(clock);
        await rig.Get<BatchStore>().InsertAsync(batch, new([new(RunIds.New(clock), "{}")]), Cancellation);
        var left = await rig.Get<RunStore>().InsertAsync(SomeRun.In(RunProcess.Initial, clock), Cancellation);
        clock.Advance(TimeSpan.FromMinutes(1));
        rig.Driver.IsReady = false;
        await rig.Get<BatchFeeder>().FeedAsync(Cancellation);
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        Assert.Equal((0, default), (await rig.Get<BatchStore>().FindAsync(batch.Id, Cancellation))! is var untouched
            ? (untouched.Made, untouched.HeldUntil) : default);
        Assert.Empty(rig.Driver.Resumed);

        rig.Driver.IsReady = true;
        await rig.Get<BatchFeeder>().FeedAsync(Cancellation);
        await rig.Get<RunRescue>().SweepAsync(Cancellation);
        Assert.Equal(1, (await rig.Get<BatchStore>().FindAsync(batch.Id, Cancellation))?.Made);
        Assert.Equal([left.Id], rig.Driver.Resumed);
    }

    [Fact]
    public async Task Another_process_sees_the_queue_though_it_lends_nothing()
    {
        await using var rig = await new ServerRig(clock: clock).StartedAsync();
        await using var other = await new ServerRig(before: rig, clock: clock).StartedAsync();
        other.Driver.IsReady = false;
        var waiting = Waiting();
        await rig.Get<PendingStore>().AddAsync(waiting, Cancellation);
        await other.Get<Dispatcher>().DispatchAsync(Cancellation);
        Assert.Equal(0, other.Get<PendingStore>().PositionOf(waiting.Run));
    }

    [Fact]
    public async Task The_self_test_tells_what_every_process_does()
    {
        await using var rig = await new ServerRig(clock: clock).StartedAsync();
        await using var other = await new ServerRig(before: rig, clock: clock).StartedAsync();
        other.Driver.IsReady = false;
        other.Get<SweepLog>().Note("leases");
        await rig.Get<ProcessStore>().PutAsync(other.Get<ProcessBeat>().Now(), Cancellation);
        var left = RunIds.New(clock);
        await rig.Get<RunStore>().InsertAsync(SomeRun.In(RunProcess.Initial, clock, left), Cancellation);
        clock.Advance(TimeSpan.FromSeconds(25));
        await rig.Get<ProcessStore>().PutAsync(other.Get<ProcessBeat>().Now(), Cancellation);
        clock.Advance(TimeSpan.FromSeconds(40));
        await rig.Get<ProcessStore>().PutAsync(other.Get<ProcessBeat>().Now(), Cancellation);

        var (status, body) =
            await rig.AnswerAsync(await rig.Get<HealthEndpoints>().ReadyAsync(ServerRig.Request(query: "?details"), Cancellation));
        Assert.Equal(200, status);
        var details = body["details"]!;
        Assert.Equal([true, false], details["processes"]!.AsArray().OrderByDescending(p => (bool)p!["isThis"]!)
            .Select(p => (bool)p!["canDrive"]!));
        Assert.Equal(left.Value, (string?)details["oldestUndrivenRun"]!["id"]);
        Assert.NotNull(details["lastSweeps"]!["leases"]);
        Assert.True((bool)details["canDrive"]!);
    }

    [Theory]
    [InlineData("", 200, false)]
    [InlineData("?details", 401, false)]
    [InlineData("?details=true", 401, false)]
    [InlineData("?details=false", 200, false)]
    public async Task Details_are_for_administrators(string query, int expected, bool hasDetails)
    {
        await using var rig =
            await new ServerRig(new() { Callers = [new() { Client = "c", Key = new string('k', 40), Role = Role.Admin }] },
                clock: clock).StartedAsync();
        var (status, body) =
            await rig.AnswerAsync(await rig.Get<HealthEndpoints>().ReadyAsync(ServerRig.Request(query: query), Cancellation));
        Assert.Equal((expected, hasDetails), (status, body.ContainsKey("details")));
    }

    [Fact]
    public async Task What_is_deleted_is_forgotten_by_its_driver_too()
    {
        await using var rig = await new ServerRig(clock: clock).StartedAsync();
        var run = await rig.Get<RunStore>().InsertAsync(SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock), Cancellation);
        await rig.Get<RunRemoval>().RemoveAsync(run, Cancellation);
        Assert.Equal([run.Id], rig.Driver.Forgotten);
    }

    private WaitingRun Waiting() =>
        new() { Run = RunIds.New(clock), Placement = Placement.First, Since = clock.GetUtcNow(), Work = new() { Name = "w" } };
}

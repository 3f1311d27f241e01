using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>What several processes that have an eye on one prompt tell its run.</summary>
public sealed class PromptEndsTests : IAsyncDisposable
{
    private static readonly HostId Host = new("h");

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig rig;

    public PromptEndsTests() => rig = new(clock: clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Who_submitted_the_prompt_tells_at_once_and_again_only_while_the_run_does_not_know()
    {
        var lease = await ExecutingAsync();
        rig.Get<PromptWatch>().Watch(lease, nodes: 1);
        await rig.Get<PromptEnds>().EndedAsync(lease, Cancellation);
        Assert.Single(rig.Driver.Signals);

        await AgainAsync(lease);
        Assert.Equal(2, rig.Driver.Signals.Count);
        await EndAsync(lease);
        await AgainAsync(lease);
        Assert.Equal(2, rig.Driver.Signals.Count);
        Assert.Null(rig.Get<PromptWatch>().LeaseOf(lease.Prompt));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task Who_only_looks_leaves_it_to_that_one_for_a_second(bool isKnown, int signals)
    {
        var lease = await ExecutingAsync();
        rig.Get<PromptWatch>().Adopt(lease);
        var told = rig.Get<PromptEnds>().EndedAsync(lease, Cancellation);
        Assert.Empty(rig.Driver.Signals);
        if (isKnown)
        {
            await EndAsync(lease);
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        await told;
        Assert.Equal(signals, rig.Driver.Signals.Count);
    }

    [Fact]
    public async Task A_prompt_that_nobody_watches_here_is_watched_after_a_sweep_unless_its_run_has_ended()
    {
        var lease = await ExecutingAsync();
        clock.Advance(TimeSpan.FromSeconds(21));
        await rig.Get<LeaseSweep>().SweepAsync(Cancellation);
        Assert.Equal(lease, rig.Get<PromptWatch>().LeaseOf(lease.Prompt));
        Assert.False(rig.Get<PromptWatch>().IsUnderWay(lease.Run));
    }

    [Fact]
    public async Task Who_submits_a_prompt_that_it_only_looked_at_before_tells_at_once()
    {
        var lease = await ExecutingAsync();
        rig.Get<PromptWatch>().Adopt(lease);
        rig.Get<PromptWatch>().Watch(lease, nodes: 1);
        await rig.Get<PromptEnds>().EndedAsync(lease, Cancellation);
        Assert.Single(rig.Driver.Signals);
    }

    [Fact]
    public async Task A_watch_ends_with_its_slot_whoever_gave_that_back()
    {
        var lease = await ExecutingAsync();
        rig.Get<PromptWatch>().Watch(lease, nodes: 1);
        clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Get<HostMonitor>().ReconcileAsync(Cancellation);
        Assert.Equal(lease, rig.Get<PromptWatch>().LeaseOf(lease.Prompt));

        await using var other = await new ServerRig(before: rig, clock: clock).StartedAsync();
        await other.Get<HostStore>().UpdateAsync(Host, h => h.TakeBack(lease, clock.GetUtcNow()), Cancellation);
        await rig.Get<HostMonitor>().ReconcileAsync(Cancellation);
        Assert.Equal(0, rig.Get<PromptWatch>().Count);
    }

    [Fact]
    public async Task A_watch_that_is_younger_than_what_is_known_of_the_slots_stays()
    {
        var lease = await ExecutingAsync();
        await rig.Get<HostStore>().UpdateAsync(Host, h => h.TakeBack(lease, clock.GetUtcNow()), Cancellation);
        rig.Get<PromptWatch>().Watch(lease, nodes: 1);
        rig.Get<PromptWatch>().ForgetReleased(clock.GetUtcNow());
        Assert.Equal(1, rig.Get<PromptWatch>().Count);
    }

    private async Task AgainAsync(Lease lease)
    {
        var told = rig.Get<PromptEnds>().EndedAsync(lease, Cancellation);
        clock.Advance(TimeSpan.FromSeconds(1));
        await told;
    }

    private Task<RunRecord?> EndAsync(Lease lease) =>
        rig.Get<RunStore>().ChangeAsync(lease.Run, r => r with { State = new RunState.Ended(new RunOutcome.Succeeded()) }, Cancellation);

    private async Task<Lease> ExecutingAsync()
    {
        await rig.StartedAsync();
        var now = clock.GetUtcNow();
        var id = RunIds.New(clock);
        var lease = new Lease(Host, id, 1);
        await rig.Get<RunStore>()
            .InsertAsync(SomeRun.In(new RunState.Executing(Placement.First, lease, Inspections: 0), clock, id), Cancellation);
        await rig.Get<HostStore>()
            .PutAsync(Host, _ => new() { Id = Host, Url = new("http://127.0.0.1:1/"), Leases = [new(id, 1, now)] }, Cancellation);
        rig.Driver.IsReady = false; // So that nothing but the test says what happens on the host.
        await rig.Get<HostMonitor>().ReconcileAsync(Cancellation);
        return lease;
    }
}

using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Time.Testing;
using static ComfyFunc.Engine.Runs.RunState;

namespace ComfyFunc.Tests.Server.Processes;

/// <summary>What a look after a run that takes long comes to.</summary>
public sealed class RunCareTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = RunCare.Patience;

    private readonly FakeTimeProvider clock = new(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ServerRig rig;
    private readonly RunId id;

    public RunCareTests() => (rig, id) = (new(clock: clock), RunIds.New(clock));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await rig.StartedAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_run_that_has_ended_or_is_gone_needs_nobody()
    {
        Assert.Equal(new(null, 3), await LookAsync(step: 3));
        await InsertAsync(new Ended(new RunOutcome.Succeeded()), step: 4);
        Assert.Equal(new(null, 4), await LookAsync(step: 4));
        Assert.Empty(rig.Driver.TakenOver);
    }

    [Fact]
    public async Task A_run_that_has_moved_is_looked_after_when_it_should_have_moved_again()
    {
        await InsertAsync(Executing(), step: 4);
        Assert.Equal(new(clock.GetUtcNow() + TimeSpan.FromMinutes(1) + Soon, 4), await LookAsync(step: 3));
        Assert.Empty(rig.Driver.TakenOver);
    }

    [Fact]
    public async Task A_run_that_has_moved_into_a_step_is_looked_after_soon()
    {
        await InsertAsync(new Placing(Placement.First), step: 4);
        Assert.Equal(new(clock.GetUtcNow() + Soon, 4), await LookAsync(step: 3));
    }

    [Fact]
    public async Task A_run_that_has_not_moved_is_carried_on_here()
    {
        await InsertAsync(Executing(), step: 4);
        Assert.Equal(new(clock.GetUtcNow() + Soon, 4), await LookAsync(step: 4));
        Assert.Equal([(id, new RunEvent.DeadlinePassed(clock.GetUtcNow()))], rig.Driver.TakenOver);
    }

    [Fact]
    public async Task A_run_that_was_left_is_carried_on_however_far_it_is()
    {
        await InsertAsync(Executing(), step: 4);
        await LookAsync(step: 0, isLeft: true);
        Assert.Equal(id, Assert.Single(rig.Driver.TakenOver).Run);
    }

    [Fact]
    public async Task A_run_that_a_living_process_has_in_hand_is_left_to_it()
    {
        await InsertAsync(Executing(), step: 4);
        using (await rig.Get<RunsInHand>().TakeAsync(id, Cancellation))
        {
            clock.Advance(ProcessBeat.Long);
            await rig.Get<ProcessStore>().PutAsync(rig.Get<ProcessBeat>().Now(), Cancellation);
            Assert.Equal(new(clock.GetUtcNow() + Soon, 4), await LookAsync(step: 4));
        }

        Assert.Empty(rig.Driver.TakenOver);
    }

    private Executing Executing() => new(Placement.First, new(new("h"), id, 1), Inspections: 0);

    private Task<RunRecord> InsertAsync(RunState state, int step) =>
        rig.Get<RunStore>().InsertAsync(SomeRun.In(state, clock, id) with { Step = step }, Cancellation);

    private Task<RunPause> LookAsync(int step, bool isLeft = false) =>
        rig.Get<RunCare>().LookAsync(new(id.Value, step, isLeft), Cancellation);
}

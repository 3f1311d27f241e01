using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunState;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>What one event makes of a run, row by row.</summary>
public class RunProcessTests
{
    private static readonly RunId Run = new("01J00000000000000000000000");
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunLimits Limits = new() { StartBy = Start.AddMinutes(10), FinishBy = Start.AddMinutes(30), MaxStops = 3 };
    private static readonly Lease OnA = new(new("a"), Run, 1);
    private static readonly RunFault Broken = new(FaultCode.NodeFailed, "It broke.");
    private static readonly RunFault Refusal = new(FaultCode.InvalidWorkflow, "It lacks a node.");

    [Fact]
    public void A_step_that_fails_is_tried_again_later_and_later()
    {
        var first = Decide(new Placing(Placement.First), new StepFailed("Storage does not answer.", Start));
        Assert.Equal(new Placing(Placement.First, 1, "Storage does not answer."), first.State);
        Assert.Equal([new Await(Start.AddSeconds(1))], first.Commands);
        var fifth = Decide(first.State with { }, new StepFailed("Again.", Start), times: 5);
        Assert.Equal([new Await(Start.AddSeconds(30))], fifth.Commands);
        Assert.Equal([new Place(Placement.First)], Decide(first.State, new DeadlinePassed(Start.AddSeconds(1))).Commands);
    }

    [Fact]
    public void A_step_that_fails_until_the_deadline_ends_the_run_with_its_reason_and_gives_its_slot_back()
    {
        var ended = Decide(new Placing(Placement.First, 7, "The input is gone."), new DeadlinePassed(Limits.FinishBy));
        var fault = Fault(ended);
        Assert.Equal(FaultCode.RunTimeout, fault.Code);
        Assert.Contains("The input is gone.", fault.Message, StringComparison.Ordinal);
        Assert.Contains(new GiveBack(1), ended.Commands);

        var collecting = Decide(new Collecting(Placement.First, OnA, Failures: 7, Trouble: "The blob is gone."),
            new DeadlinePassed(Limits.FinishBy));
        Assert.Contains("The blob is gone.", Fault(collecting).Message, StringComparison.Ordinal);
        Assert.Contains(new Release(OnA), collecting.Commands);
    }

    [Fact]
    public void A_run_whose_outputs_cannot_be_stored_rests_in_between_and_can_be_canceled_there()
    {
        var resting = Decide(new Collecting(Placement.First, OnA), new StepFailed("Storage does not answer.", Start));
        Assert.Equal([new Await(Start.AddSeconds(1))], resting.Commands);
        Assert.Equal([new Collect(OnA)], Decide(resting.State, new DeadlinePassed(Start.AddSeconds(1))).Commands);
        var canceled = Decide(resting.State, new CancelRequested(Start));
        Assert.Equal(new RunOutcome.Canceled(GpuWorkBegun: true), ((Ended)canceled.State).Outcome);
        Assert.Equal([new Publish(new RunOutcome.Canceled(true)), new Release(OnA)], canceled.Commands);
    }

    [Fact]
    public void A_cancel_between_two_tries_to_place_ends_the_run_before_any_work() =>
        Assert.Equal(
            [new Publish(new RunOutcome.Canceled(false)), new GiveBack(1)],
            Decide(new Placing(Placement.First, 2, "x"), new CancelRequested(Start)).Commands);

    [Fact]
    public void A_waiting_run_that_could_not_be_enqueued_is_placed_again() =>
        Assert.Equal(new Placing(Placement.First, 1, "x"), Decide(new Waiting(Placement.First), new StepFailed("x", Start)).State);

    [Fact]
    public void A_prompt_behind_others_is_not_begun_until_the_host_says_so()
    {
        var queued = Decide(new Placing(Placement.First), new Placed(OnA, Start, IsQueued: true)).State;
        Assert.Equal(new Executing(Placement.First, OnA, 0, IsQueued: true), queued);
        Assert.Equal(new Executing(Placement.First, OnA, 0), Decide(queued, new Begun(1, Start)).State);
        Assert.False(((Executing)Decide(queued, new StillThere(1, Start, IsQueued: false)).State).IsQueued);
        Assert.True(((Executing)Decide(queued, new StillThere(1, Start, IsQueued: true)).State).IsQueued);
    }

    [Fact]
    public void A_prompt_that_has_not_begun_by_the_start_deadline_is_taken_off_and_expires()
    {
        var queued = new Executing(Placement.First, OnA, 6, IsQueued: true);
        Assert.Equal([new Await(Limits.StartBy)], Decide(queued, new StillThere(1, Start, IsQueued: true)).Commands);
        Assert.Equal([new Inspect(OnA)], Decide(queued, new DeadlinePassed(Limits.StartBy)).Commands);
        var stopping = Decide(queued, new StillThere(1, Limits.StartBy, IsQueued: true)).State;
        Assert.Equal(new Stopping(OnA, new RunOutcome.Expired(), 1), stopping);
        Assert.IsType<Executing>(Decide(queued, new StillThere(1, Limits.StartBy, IsQueued: false)).State);
        Assert.IsType<Executing>(Decide(queued with { Placement = Placement.First with { HasBegun = true } },
            new StillThere(1, Limits.StartBy, IsQueued: true)).State);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void A_canceled_run_says_whether_GPU_work_had_begun(bool hadBegun, bool endedThere, bool begun)
    {
        var stopping = Decide(new Executing(Placement.First, OnA, 0, IsQueued: !hadBegun), new CancelRequested(Start)).State;
        var ended = Decide(stopping, endedThere ? new EndedThere(1, Start) : new Gone(1, false, Start)).State;
        Assert.Equal(new RunOutcome.Canceled(begun), ((Ended)ended).Outcome);
    }

    [Fact]
    public void A_host_that_will_not_take_a_prompt_costs_nothing_and_is_not_asked_again()
    {
        var next = ((Placing)Decide(new Placing(Placement.First), new RefusedHere(Refusal, OnA, Start)).State).Placement;
        Assert.Equal((2, 1, Refusal), (next.Attempt, next.Charged, next.Refusal));
        Assert.Equal([OnA.Host], next.Refused);
        Assert.Equal(Refusal, Fault(Decide(new Placing(next), new NoHost("nobody", Start))));
        Assert.Equal(Refusal, Fault(Decide(new Placing(Placement.First), new PromptRefused(Refusal, OnA, Start))));
    }

    [Fact]
    public void A_run_that_only_its_lost_hosts_could_take_may_go_back_to_them()
    {
        var lost = Decide(new Executing(Placement.First, OnA, 0), new HostLost(OnA.Host, true, Start)).State;
        Assert.Equal([OnA.Host], ((Placing)lost).Placement.Excluded);
        var back = Decide(lost, new OnlyExcluded(Start));
        Assert.Empty(((Placing)back.State).Placement.Excluded);
        Assert.IsType<Place>(Assert.Single(back.Commands));
    }

    [Fact]
    public void A_persons_interrupt_costs_nothing_once_and_fails_the_run_the_second_time()
    {
        var moved = Decide(new Collecting(Placement.First, OnA), new Interrupted(1, Start));
        var next = ((Placing)moved.State).Placement;
        Assert.Equal((2, 1), (next.Attempt, next.Charged));
        Assert.Empty(next.Excluded);
        Assert.Equal([new Release(OnA), new Place(next)], moved.Commands);
        Assert.Equal(FaultCode.NodeFailed, Fault(Decide(new Collecting(next, OnA with { Attempt = 2 }), new Interrupted(2, Start))).Code);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void A_queue_that_was_cleared_costs_nothing_and_a_process_that_is_gone_an_attempt(bool hostStayed, int charged)
    {
        var next = ((Placing)Decide(new Executing(Placement.First, OnA, 0), new Gone(1, false, Start, hostStayed)).State).Placement;
        Assert.Equal(charged, next.Charged);
        Assert.Equal(!hostStayed, next.Excluded.Contains(OnA.Host));
    }

    [Fact]
    public void A_prompt_behind_work_that_does_not_move_goes_elsewhere_at_no_charge()
    {
        var queued = new Executing(Placement.First, OnA, 0, IsQueued: true);
        var leaving = Decide(queued, new Blocked(1, Start));
        Assert.Equal([new StopPrompt(OnA)], leaving.Commands);
        var next = ((Placing)Decide(leaving.State, new Gone(1, false, Start)).State).Placement;
        Assert.Equal((2, 1), (next.Attempt, next.Charged));
        Assert.Equal(queued with { IsQueued = false }, Decide(queued with { IsQueued = false }, new Blocked(1, Start)).State);
    }

    [Fact]
    public void A_failure_on_a_doubted_host_is_tried_on_another_whose_end_is_the_verdict()
    {
        var doubted = Decide(new Collecting(Placement.First, OnA), new ExecutionFailed(1, Broken, Start, IsDoubtful: true));
        var next = ((Placing)doubted.State).Placement;
        Assert.Equal((2, 1, new Doubt(OnA.Host, Broken)), (next.Attempt, next.Charged, next.Doubt));
        var onB = new Lease(new("b"), Run, 2);
        Assert.Contains(new Judge(OnA.Host, IsToBlame: true), Decide(new Collecting(next, onB), new OutputsStored(2, Start)).Commands);
        var same = Decide(new Collecting(next, onB), new ExecutionFailed(2, Broken, Start, IsDoubtful: true));
        Assert.Contains(new Judge(OnA.Host, IsToBlame: false), same.Commands);
        Assert.Equal(Broken, Fault(same));
        Assert.Equal(Broken, Fault(Decide(new Placing(next), new NoHost("nobody", Start))));
    }

    [Fact]
    public void A_failure_on_a_trusted_host_is_the_runs_own() =>
        Assert.Equal(Broken, Fault(Decide(new Collecting(Placement.First, OnA), new ExecutionFailed(1, Broken, Start))));

    [Fact]
    public void A_row_of_an_earlier_release_counts_every_attempt_as_begun()
    {
        Assert.True(new Placement { Attempt = 2 }.WasStarted);
        Assert.False(new Placement { Attempt = 1 }.WasStarted);
        Assert.False(Placement.First.NextFree().WasStarted);
    }

    private static RunFault Fault(RunStep step) => Assert.IsType<RunOutcome.Failed>(Assert.IsType<Ended>(step.State).Outcome).Fault;

    private static RunStep Decide(RunState state, RunEvent @event) => RunProcess.Decide(Limits, state, @event);

    private static RunStep Decide(RunState state, RunEvent @event, int times)
    {
        var step = Decide(state, @event);
        for (var i = 1; i < times; i++)
        {
            step = Decide(step.State, @event);
        }

        return step;
    }
}

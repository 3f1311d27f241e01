using ComfyFunc.Engine.Runs;
using CsCheck;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunState;
using static ComfyFunc.Tests.Engine.Runs.RunSamples;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>Laws that hold after every history, also after those that cannot come about.</summary>
public class RunProcessProperties
{
    // Deliberately ignorant of the order in which events can really come. Each kind of event is as likely as another.
    private static readonly Gen<RunEvent> Event =
        Gen.OneOf<RunEvent>([.. RunCases.Events.GroupBy(e => e.GetType()).Select(IGen<RunEvent> (kind) => Gen.OneOf(kind.ToArray()))]);

    private static readonly Gen<RunState> State = Gen.OneOf([RunProcess.Initial, .. RunCases.States]);

    [Fact]
    public void A_run_ends_once_and_stays_as_it_ended() => Play((before, _, step) =>
    {
        Assert.Equal(before is not Ended && step.State is Ended ? 1 : 0, step.Commands.OfType<Publish>().Count());
        Assert.True(before is not Ended || step.State == before);
    });

    [Fact]
    public void Every_step_asks_exactly_one_thing_and_last_until_the_run_has_ended() => Play((_, _, step) =>
    {
        Assert.Equal(step.State is Ended ? 0 : 1, step.Commands.Count(Asks));
        Assert.True(step.State is Ended || Asks(step.Commands[^1]));
    });

    [Fact]
    public void A_lease_is_held_handed_on_or_given_back() => Play((before, e, step) =>
    {
        if ((RunProcess.LeaseOf(before) ?? Brought(before, e)) is { } lease && Kept(step) != lease)
        {
            Assert.Contains(new Release(lease), step.Commands);
        }
    });

    [Fact]
    public void Nothing_is_given_back_before_the_final_row_is_published() => Play((_, _, step) =>
        Assert.True(step.State is not Ended || step.Commands.All(c => c is not Publish) || step.Commands[0] is Publish));

    [Fact]
    public void A_run_is_in_line_as_long_as_it_waits() => Play((before, e, step) =>
    {
        var leaves = before is Waiting && step.State is not Waiting && e is not Granted;
        Assert.True(!leaves || step.Commands.Contains(new Dequeue()));
        Assert.Equal(before is not Waiting && step.State is Waiting, step.Commands.Any(c => c is Enqueue));
    });

    [Fact]
    public void A_canceled_run_ends_canceled() => Play((before, _, step) =>
    {
        if (before is Stopping { Then: var then } && step.State is Ended { Outcome: var outcome })
        {
            Assert.Equal(AsIdle(then), AsIdle(outcome));
        }
    });

    [Fact]
    public void A_cancel_ends_a_run_or_stops_its_prompt_wherever_it_is() => Play((_, e, step) =>
        Assert.True(e is not CancelRequested || step.State is Stopping or Ended));

    [Fact]
    public void A_run_never_forgets_that_it_has_begun() => Play((before, _, step) =>
        Assert.True(PlacementOf(before)?.WasStarted is not true || (PlacementOf(step.State)?.WasStarted ?? true)));

    [Fact]
    public void No_attempt_is_placed_on_a_host_that_failed_the_run() => Play((before, e, step) =>
    {
        if (e is HostLost lost && RunProcess.LeaseOf(before)?.Host == lost.Host && step.State is Placing next)
        {
            Assert.Contains(lost.Host, next.Placement.Excluded);
        }
    });

    [Fact]
    public void A_host_that_is_lost_while_it_executes_counts_as_taken_down() => Play((before, e, step) =>
    {
        if (before is Executing or Leaving && e is HostLost { WasExecuting: true } lost && RunProcess.LeaseOf(before)?.Host == lost.Host)
        {
            Assert.True(step.State is Ended || PlacementOf(step.State)!.Suspects == PlacementOf(before)!.Suspects + 1);
        }
    });

    [Fact]
    public void A_prompt_that_hangs_is_stopped_and_its_run_leaves_the_host() => Play((before, e, step) =>
    {
        if (e is Stuck stuck && before is Executing { Lease: var lease } && lease.Attempt == stuck.Attempt)
        {
            Assert.IsType<Leaving>(step.State);
            Assert.Equal([new StopPrompt(lease)], step.Commands);
        }
    });

    [Fact]
    public void Attempts_are_bounded() => Play((_, _, step) => Assert.All(step.Commands.OfType<Place>(), p =>
    {
        Assert.InRange(p.Placement.Charged, 1, Limits.MaxAttempts);
        Assert.InRange(p.Placement.Free, 0, Limits.MaxFree);
        Assert.InRange(p.Placement.Suspects, 0, Limits.MaxSuspectHosts - 1);
    }));

    [Fact]
    public void A_run_whose_deadline_has_passed_does_not_wait_for_a_step_that_fails() => Play((before, e, step) =>
    {
        if (e is StepFailed or DeadlinePassed && e.At >= FinishBy && before is Placing or Collecting or Waiting)
        {
            Assert.IsType<Ended>(step.State);
        }
    });

    [Fact]
    public void Nothing_is_awaited_beyond_the_finish_deadline_except_a_prompt_that_stops() => Play((_, _, step) =>
        Assert.True(step.State is Stopping or Leaving || step.Commands.OfType<Await>().All(a => a.Until <= FinishBy)));

    private static void Play(Action<RunState, RunEvent, RunStep> check) => Gen.Select(State, Event.Array[0, 20]).Sample(
        (state, events) =>
        {
            foreach (var e in events)
            {
                var step = RunProcess.Decide(Limits, state, e);
                check(state, e, step);
                state = step.State;
            }
        },
        iter: 20_000);

    private static bool Asks(RunCommand command) => command is Place or Await or Inspect or StopPrompt or Collect;

    private static RunOutcome AsIdle(RunOutcome outcome) =>
        outcome is RunOutcome.Canceled ? new RunOutcome.Canceled(GpuWorkBegun: false) : outcome;

    private static Placement? PlacementOf(RunState state) => state switch
    {
        Placing s => s.Placement,
        Waiting s => s.Placement,
        Executing s => s.Placement,
        Collecting s => s.Placement,
        Leaving s => s.Placement,
        _ => null,
    };

    private static Lease? Kept(RunStep step) =>
        RunProcess.LeaseOf(step.State) ?? step.Commands.OfType<Place>().SingleOrDefault()?.Granted;

    // A lease that this event brings to a run that holds none.
    private static Lease? Brought(RunState before, RunEvent e) => (before, e) switch
    {
        (_, Granted g) => g.Lease,
        (Placing, Placed p) => p.Lease,
        (Placing, PromptRefused r) => r.Lease,
        (Placing, RefusedHere r) => r.Lease,
        (Placing, Poisoned p) => p.Held,
        (Placing, HostFailed f) => f.Lease,
        _ => null,
    };
}

using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Runs;

/// <summary>Laws that hold after every history, also after those that cannot come about.</summary>
public class RunProcessProperties
{
    private static readonly RunId Run = new("01J00000000000000000000000");
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunLimits Limits = new() { StartBy = Start.AddMinutes(10), FinishBy = Start.AddMinutes(30), MaxStops = 3 };

    private static readonly Gen<HostId> Host = Gen.Int[0, 2].Select(i => new HostId("abc"[i].ToString()));
    private static readonly Gen<int> Attempt = Gen.Int[1, 6];
    private static readonly Gen<DateTimeOffset> At = Gen.Int[0, 40].Select(m => Start.AddMinutes(m));
    private static readonly Gen<Lease> AnyLease = Gen.Select(Host, Attempt, (h, a) => new Lease(h, Run, a));
    private static readonly RunFault Fault = new(FaultCode.NodeFailed, "It broke.");

    // Deliberately ignorant of the order in which events can really come.
    private static readonly Gen<RunEvent> Event = Gen.OneOf<RunEvent>(
        Gen.Select(AnyLease, Gen.Bool, At, RunEvent (l, begun, at) => new RunEvent.Placed(l, at, begun)),
        At.Select(RunEvent (at) => new RunEvent.OnlyExcluded(at)),
        Gen.Select(AnyLease, At, RunEvent (l, at) => new RunEvent.RefusedHere(Fault, l, at)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.Begun(a, at)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.Blocked(a, at)),
        At.Select(RunEvent (at) => new RunEvent.StepFailed("Storage does not answer.", at)),
        At.Select(RunEvent (at) => new RunEvent.NoSlot(at)),
        At.Select(RunEvent (at) => new RunEvent.NoHost("nothing fits", at)),
        Gen.Select(AnyLease, Gen.Bool, At, RunEvent (l, holds, at) => new RunEvent.Poisoned("two hosts", holds ? l : null, at)),
        Gen.Select(AnyLease, At, RunEvent (l, at) => new RunEvent.PromptRefused(Fault, l, at)),
        Gen.Select(AnyLease, At, RunEvent (l, at) => new RunEvent.HostFailed(l, at)),
        Gen.Select(Attempt, Gen.Bool, At, RunEvent (a, x, at) => new RunEvent.StillThere(a, at, x)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.EndedThere(a, at)),
        Gen.Select(Attempt, Gen.Bool, Gen.Bool, At, RunEvent (a, x, stayed, at) => new RunEvent.Gone(a, x, at, stayed)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.NoAnswer(a, at)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.OutputsStored(a, at)),
        Gen.Select(Attempt, Gen.Bool, At, RunEvent (a, doubt, at) => new RunEvent.ExecutionFailed(a, Fault, at, doubt)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.Interrupted(a, at)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.OutOfMemory(a, Fault, at)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.OutputsMissing(a, "gone", at)),
        Gen.Select(AnyLease, At, RunEvent (l, at) => new RunEvent.Granted(l, at)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.Finished(a, at)),
        At.Select(RunEvent (at) => new RunEvent.CancelRequested(at)),
        Gen.Select(Host, Gen.Bool, Gen.Bool, At, RunEvent (h, x, answers, at) => new RunEvent.HostLost(h, x, at, answers)),
        Gen.Select(Attempt, At, RunEvent (a, at) => new RunEvent.Stuck(a, at)),
        At.Select(RunEvent (at) => new RunEvent.Unplaceable(at)),
        At.Select(RunEvent (at) => new RunEvent.DeadlinePassed(at)));

    [Fact]
    public void A_run_ends_once_and_stays_as_it_ended() => Play((before, _, step) =>
    {
        var published = step.Commands.OfType<RunCommand.Publish>().Count();
        Assert.Equal(before is not RunState.Ended && step.State is RunState.Ended ? 1 : 0, published);
        if (before is RunState.Ended)
        {
            Assert.Equal(before, step.State);
        }
    });

    [Fact]
    public void Every_step_asks_exactly_one_thing_and_last_until_the_run_has_ended() => Play((_, _, step) =>
    {
        var asking = step.Commands.Select(Asks).ToArray();
        Assert.Equal(step.State is RunState.Ended ? 0 : 1, asking.Count(a => a));
        Assert.True(step.State is RunState.Ended || asking[^1]);
    });

    [Fact]
    public void A_lease_is_held_handed_on_or_given_back() => Play((before, e, step) =>
    {
        var held = RunProcess.LeaseOf(before) ?? Brought(before, e);
        var kept = RunProcess.LeaseOf(step.State) ?? step.Commands.OfType<RunCommand.Place>().SingleOrDefault()?.Granted;
        if (held is { } lease && kept != lease)
        {
            Assert.Contains(new RunCommand.Release(lease), step.Commands);
        }
    });

    [Fact]
    public void A_canceled_run_never_succeeds() => Play((before, e, step) =>
    {
        if (before is RunState.Stopping stopping && step.State is RunState.Ended ended)
        {
            // A prompt that had ended by itself when it was to be stopped, or executes, has begun.
            Assert.Equal(e is RunEvent.EndedThere or RunEvent.StillThere { IsQueued: false } && stopping.Then is RunOutcome.Canceled
                ? new RunOutcome.Canceled(GpuWorkBegun: true) : stopping.Then, ended.Outcome);
        }
    });

    [Fact]
    public void No_attempt_is_placed_on_a_host_that_failed_the_run() => Play((before, e, step) =>
    {
        if (e is RunEvent.HostLost lost && RunProcess.LeaseOf(before)?.Host == lost.Host && step.State is RunState.Placing next)
        {
            Assert.Contains(lost.Host, next.Placement.Excluded);
        }
    });

    [Fact]
    public void Attempts_are_bounded() => Play((_, _, step) => Assert.All(step.Commands.OfType<RunCommand.Place>(), p =>
    {
        Assert.InRange(p.Placement.Charged, 1, Limits.MaxAttempts);
        Assert.InRange(p.Placement.Free, 0, Limits.MaxFree);
    }));

    [Fact]
    public void A_run_whose_deadline_has_passed_does_not_wait_for_a_step_that_fails() => Play((before, e, step) =>
    {
        if (e is RunEvent.StepFailed or RunEvent.DeadlinePassed && e.At >= Limits.FinishBy
            && before is RunState.Placing or RunState.Collecting or RunState.Waiting)
        {
            Assert.IsType<RunState.Ended>(step.State);
        }
    });

    [Fact]
    public void A_cancel_ends_a_run_or_stops_its_prompt_wherever_it_is() => Play((before, e, step) =>
    {
        if (e is RunEvent.CancelRequested)
        {
            Assert.True(step.State is RunState.Stopping or RunState.Ended);
        }
    });

    [Fact]
    public void Nothing_is_awaited_beyond_the_finish_deadline_except_a_prompt_that_stops() => Play((_, _, step) =>
    {
        if (step.State is not (RunState.Stopping or RunState.Leaving))
        {
            Assert.All(step.Commands.OfType<RunCommand.Await>(), a => Assert.True(a.Until <= Limits.FinishBy));
        }
    });

    [Fact]
    public void Every_state_crosses_the_wire_unchanged() => Play((_, _, step) =>
    {
        var json = System.Text.Json.JsonSerializer.Serialize(step.State, RunJson.Default.RunState);
        var back = System.Text.Json.JsonSerializer.Deserialize(json, RunJson.Default.RunState);
        Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(back!, RunJson.Default.RunState));
    });

    private static void Play(Action<RunState, RunEvent, RunStep> check) => Event.Array[0, 30].Sample(events =>
    {
        var step = RunProcess.Decide(Limits, RunProcess.Initial, new RunEvent.Accepted(Start));
        foreach (var e in events)
        {
            var before = step.State;
            step = RunProcess.Decide(Limits, before, e);
            check(before, e, step);
        }
    });

    private static bool Asks(RunCommand command) =>
        command is RunCommand.Place or RunCommand.Await or RunCommand.Inspect or RunCommand.StopPrompt or RunCommand.Collect;

    // A lease that this event brings to a run that holds none.
    private static Lease? Brought(RunState before, RunEvent e) => (before, e) switch
    {
        (_, RunEvent.Granted g) => g.Lease,
        (RunState.Placing, RunEvent.Placed p) => p.Lease,
        (RunState.Placing, RunEvent.PromptRefused r) => r.Lease,
        (RunState.Placing, RunEvent.RefusedHere r) => r.Lease,
        (RunState.Placing, RunEvent.Poisoned p) => p.Held,
        (RunState.Placing, RunEvent.HostFailed f) => f.Lease,
        _ => null,
    };
}

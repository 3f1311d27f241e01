using System.Collections.Immutable;
using static ComfyFunc.Engine.Runs.RunCommand;
using static ComfyFunc.Engine.Runs.RunEvent;
using static ComfyFunc.Engine.Runs.RunOutcome;
using static ComfyFunc.Engine.Runs.RunPatience;
using static ComfyFunc.Engine.Runs.RunState;

namespace ComfyFunc.Engine.Runs;

/// <summary>Decides what a run does next. No clock, no ids, no I/O: the same arguments give the same step, for ever.</summary>
public static class RunProcess
{
    /// <summary>The state of a run that has just been accepted, before its first event.</summary>
    public static RunState Initial { get; } = new Placing(Placement.First);

    public static RunStep Decide(RunLimits limits, RunState state, RunEvent @event) => (state, @event) switch
    {
        (Placing s, Accepted) => Place(s.Placement),
        (Placing s, Placed e) => Execute(limits, s.Placement, e),
        (Placing s, NoSlot e) => Wait(limits, s.Placement, e.At),
        (Placing s, OnlyExcluded) => Place(s.Placement with { Excluded = [] }),
        (Placing s, NoHost e) => Fail(NoHostFault(s.Placement, e.Detail)),
        (Placing, Poisoned e) => e.Held is { } lease ? Fail(PoisonFault(e.Detail), new Release(lease)) : Fail(PoisonFault(e.Detail)),
        (Placing, PromptRefused e) => Fail(e.Fault, new Release(e.Lease)),
        (Placing s, RefusedHere e) => TryElsewhere(limits, s.Placement, e),
        (Placing s, HostFailed e) => Retry(limits, s.Placement, e.Lease, wasExecuting: false, e.At),
        (Placing s, CancelRequested) => Finish(new Canceled(s.Placement.WasStarted), new GiveBack(s.Placement.Attempt)),
        (Placing s, StepFailed e) => PlaceLater(limits, s.Placement, s.Failures, e),
        (Placing s, DeadlinePassed e) when e.At >= limits.FinishBy =>
            Finish(TimedOut(limits, s.Trouble), new GiveBack(s.Placement.Attempt)),

        (Waiting s, Granted e) when e.Lease.Attempt == s.Placement.Attempt => Place(s.Placement, e.Lease),
        (Waiting s, CancelRequested) => Finish(new Canceled(s.Placement.WasStarted), new Dequeue()),
        (Waiting s, Unplaceable) => new(new Placing(s.Placement), [new Dequeue(), new Place(s.Placement)]),
        (Waiting s, StepFailed e) => PlaceLater(limits, s.Placement, failures: 0, e, new Dequeue()),
        (Waiting s, DeadlinePassed e) => OverdueWait(limits, s.Placement, e.At),
        (_, Granted e) when e.Lease != LeaseOf(state) => new(state, [new Release(e.Lease), .. Resume(limits, state, e.At)]),

        (Executing s, Begun e) when e.Attempt == s.Lease.Attempt => Began(limits, s, e.At),
        (Executing s, Finished e) when e.Attempt == s.Lease.Attempt => Collect(s.Placement, s.Lease),
        (Executing s, HostLost e) when e.Host == s.Lease.Host =>
            Retry(limits, Left(s), s.Lease, e.WasExecuting, e.At, e.StillAnswers ? [new Abandon(s.Lease)] : []),
        (Executing s, Stuck e) when e.Attempt == s.Lease.Attempt => Leave(Knowing(s.Placement, e), s.Lease, isBlocked: false),
        (Executing { IsQueued: true } s, Blocked e) when e.Attempt == s.Lease.Attempt => Leave(s.Placement, s.Lease, isBlocked: true),
        (Executing s, CancelRequested) => Stop(s.Lease, new Canceled(Left(s).WasStarted)),
        (Executing s, DeadlinePassed e) => e.At < limits.FinishBy ? new(s, [new Inspect(s.Lease)]) : Stop(s.Lease, TimedOut(limits)),
        (Executing { IsQueued: true } s, StillThere { IsQueued: true } e) when e.At >= StartBy(limits, s.Placement) =>
            Stop(s.Lease, new Expired()),
        (Executing s, StillThere e) => Inspected(limits, s with { Unanswered = 0, IsQueued = s.IsQueued && e.IsQueued }, e.At),
        (Executing s, EndedThere) => Collect(s.Placement, s.Lease),
        (Executing s, Gone e) => Vanished(limits, Knowing(Left(s), e), s.Lease, e),
        (Executing { Unanswered: 0 } s, NoAnswer e) =>
            Inspected(limits, s with { Unanswered = 1, IsQueued = s.IsQueued && !e.WasExecuting }, e.At),
        (Executing s, NoAnswer e) => Retry(limits, Left(s), s.Lease, e.WasExecuting, e.At),
        (Executing s, StepFailed e) => new(s, [new Await(Earlier(e.At + limits.LongestRetry, limits.FinishBy))]),

        (Collecting s, OutputsStored) => Finish(new Succeeded(), [new Release(s.Lease), .. Judged(s.Placement, isToBlame: true)]),
        (Collecting s, ExecutionFailed e) => NodeFailed(limits, s, e),
        (Collecting { WasStuck: true } s, Interrupted e) => Retry(limits, s.Placement, s.Lease, wasExecuting: false, e.At),
        (Collecting s, Interrupted e) => TakenOff(limits, s.Placement, s.Lease, e.At),
        (Collecting s, OutOfMemory e) => LargerHost(limits, s, e),
        (Collecting s, OutputsMissing e) => ExecuteAnew(limits, s, e),
        (Collecting s, StillThere e) => Inspected(limits, new Executing(s.Placement, s.Lease, Inspections: 0), e.At),
        (Collecting s, Gone e) => Vanished(limits, s.Placement, s.Lease, e),
        (Collecting { Unanswered: 0 } s, NoAnswer) => new(s with { Unanswered = 1 }, [new Collect(s.Lease)]),
        (Collecting s, NoAnswer e) => Retry(limits, s.Placement, s.Lease, wasExecuting: false, e.At),
        (Collecting s, CancelRequested) => Finish(new Canceled(GpuWorkBegun: true), new Release(s.Lease)),
        (Collecting s, StepFailed e) => CollectLater(limits, s, e),
        (Collecting s, DeadlinePassed e) when e.At >= limits.FinishBy => Finish(TimedOut(limits, s.Trouble), new Release(s.Lease)),

        (Leaving s, EndedThere) => Collect(s.Placement, s.Lease, wasStuck: true),
        (Leaving s, Finished e) when e.Attempt == s.Lease.Attempt => Collect(s.Placement, s.Lease, wasStuck: true),
        (Leaving s, Begun e) when e.Attempt == s.Lease.Attempt => WaitOn(limits, Knowing(s, e), e.At),
        (Leaving s, Stuck e) when e.Attempt == s.Lease.Attempt => WaitOn(limits, Knowing(s, e), e.At),
        (Leaving { IsBlocked: true } s, Gone e) => Move(limits, Knowing(s.Placement, e), s.Lease, e.At),
        (Leaving s, Gone e) => Retry(limits, s.Placement, s.Lease, wasExecuting: false, e.At),
        (Leaving s, HostLost e) when e.Host == s.Lease.Host =>
            Retry(limits, s.Placement, s.Lease, e.WasExecuting, e.At, e.StillAnswers ? [new Abandon(s.Lease)] : []),
        (Leaving s, StillThere or NoAnswer or StepFailed) => LeaveAgain(limits, Knowing(s, @event), @event.At),
        (Leaving s, CancelRequested) => Stop(s.Lease, new Canceled(s.Placement.WasStarted)),
        (Leaving s, DeadlinePassed) => new(s, [new StopPrompt(s.Lease)]),

        (Stopping s, EndedThere or Gone) => Finish(Knowing(s, @event).Then, new Release(s.Lease)),
        (Stopping s, HostLost e) when e.Host == s.Lease.Host => Finish(Knowing(s, e).Then, new Release(s.Lease)),
        (Stopping s, StillThere or NoAnswer or StepFailed) => StopAgain(limits, Knowing(s, @event), @event.At),
        (Stopping s, Begun e) when e.Attempt == s.Lease.Attempt => WaitOn(limits, Knowing(s, e), e.At),
        (Stopping s, Stuck e) when e.Attempt == s.Lease.Attempt => WaitOn(limits, Knowing(s, e), e.At),
        (Stopping s, Finished e) when e.Attempt == s.Lease.Attempt => new(Knowing(s, e), [new StopPrompt(s.Lease)]),
        (Stopping s, DeadlinePassed) => new(s, [new StopPrompt(s.Lease)]),

        // Events come late and come twice. What the table does not name changes nothing, and the run waits on.
        _ => WaitOn(limits, state, @event.At),
    };

    /// <summary>The slot that a run in this state holds.</summary>
    public static Lease? LeaseOf(RunState state) => state switch
    {
        Executing s => s.Lease,
        Collecting s => s.Lease,
        Leaving s => s.Lease,
        Stopping s => s.Lease,
        _ => null,
    };

    /// <summary>The one asking command that a run in this state is waiting on: what a restarted process carries out first.</summary>
    public static ImmutableArray<RunCommand> Resume(RunLimits limits, RunState state, DateTimeOffset now) => state switch
    {
        Placing s => [new Place(s.Placement)],
        Waiting s => [new Await(WaitUntil(limits, s.Placement))],
        Executing s => [new Await(InspectAt(limits, s, now))],
        Collecting s => [new Collect(s.Lease)],
        Leaving or Stopping => [new Await(now + limits.StopInterval)],
        _ => [],
    };

    private static RunStep WaitOn(RunLimits limits, RunState state, DateTimeOffset now) => new(state, Resume(limits, state, now));

    private static RunStep Place(Placement placement, Lease? granted = null) =>
        new(new Placing(placement), [new Place(placement, granted)]);

    private static RunStep PlaceLater(RunLimits limits, Placement placement, int failures, StepFailed e,
        params ReadOnlySpan<RunCommand> first) => e.At < limits.FinishBy
        ? new(new Placing(placement, failures + 1, e.Detail), [.. first, new Await(RetryAt(limits, failures, e.At))])
        : Finish(TimedOut(limits, e.Detail), [.. first, new GiveBack(placement.Attempt)]);

    private static RunStep CollectLater(RunLimits limits, Collecting s, StepFailed e) => e.At < limits.FinishBy
        ? new(s with { Failures = s.Failures + 1, Trouble = e.Detail }, [new Await(RetryAt(limits, s.Failures, e.At))])
        : Finish(TimedOut(limits, e.Detail), new Release(s.Lease));

    private static RunStep Execute(RunLimits limits, Placement placement, Placed e)
    {
        var executing = new Executing(placement, e.Lease, Inspections: 0, IsQueued: e.IsQueued);
        return new(executing, [new Await(InspectAt(limits, executing, e.At))]);
    }

    private static RunStep Began(RunLimits limits, Executing s, DateTimeOffset now)
    {
        var begun = s with { IsQueued = false };
        return new(begun, [new Await(InspectAt(limits, begun, now))]);
    }

    private static RunStep Collect(Placement placement, Lease lease, bool wasStuck = false)
    {
        var collecting = new Collecting(placement with { HasBegun = true }, lease, WasStuck: wasStuck);
        return new(collecting, [new Collect(lease)]);
    }

    private static RunStep Wait(RunLimits limits, Placement placement, DateTimeOffset now) =>
        now < WaitUntil(limits, placement)
            ? new(new Waiting(placement), [new Enqueue(placement), new Await(WaitUntil(limits, placement))])
            : OverdueWait(limits, placement, now);

    private static RunStep OverdueWait(RunLimits limits, Placement placement, DateTimeOffset now) =>
        now < WaitUntil(limits, placement) ? new(new Waiting(placement), [new Await(WaitUntil(limits, placement))])
        : placement.WasStarted ? Finish(TimedOut(limits), new Dequeue())
        : Finish(new Expired(), new Dequeue());

    private static RunStep Inspected(RunLimits limits, Executing s, DateTimeOffset now)
    {
        var next = s with { Inspections = s.Inspections + 1 };
        return new(next, [new Await(InspectAt(limits, next, now))]);
    }

    // The placement of an attempt that is over: whether it had begun is remembered for the next one's deadline.
    private static Placement Left(Executing s) => s.IsQueued ? s.Placement : s.Placement with { HasBegun = true };

    private static RunStep Retry(RunLimits limits, Placement placement, Lease lease, bool wasExecuting, DateTimeOffset now,
        params ReadOnlySpan<RunCommand> first)
    {
        var next = placement.Without(lease.Host).Next() with
        {
            Suspects = placement.Suspects + (wasExecuting ? 1 : 0),
            HasBegun = placement.WasStarted || wasExecuting,
        };
        return next.Suspects >= limits.MaxSuspectHosts
            ? Fail(PoisonFault($"{next.Suspects} hosts were lost while they executed this run."), [.. first, new Release(lease)])
            : Again(limits, next, lease, now,
                () => new RunFault(FaultCode.HostLost, $"The run lost its host {placement.Charged} times.", Retryable: true), first);
    }

    private static RunStep Again(RunLimits limits, Placement next, Lease lease, DateTimeOffset now, Func<RunFault> tooOften,
        params ReadOnlySpan<RunCommand> first) =>
        next.Charged > limits.MaxAttempts ? Fail(tooOften(), [.. first, new Release(lease)])
        : now >= limits.FinishBy ? Finish(TimedOut(limits), [.. first, new Release(lease)])
        : new(new Placing(next), [.. first, new Release(lease), new Place(next)]);

    // The prompt and the host did nothing wrong: it goes on, to the same host too, and it costs no attempt.
    private static RunStep Move(RunLimits limits, Placement placement, Lease lease, DateTimeOffset now) =>
        Again(limits, Further(limits, placement), lease, now,
            () => new(FaultCode.HostLost, "The run was moved too often.", Retryable: true));

    private static Placement Further(RunLimits limits, Placement placement) =>
        placement.Free < limits.MaxFree ? placement.NextFree() : placement.Next();

    // A person's interrupt, or a queue that was cleared, is no verdict on the run: once it goes on.
    private static RunStep TakenOff(RunLimits limits, Placement placement, Lease lease, DateTimeOffset now) => placement.WasTakenOff
        ? Fail(new(FaultCode.NodeFailed,
            "The prompt was interrupted on its host twice, though nobody had canceled the run.", Retryable: true),
            new Release(lease))
        : Move(limits, placement with { WasTakenOff = true }, lease, now);

    private static RunStep Vanished(RunLimits limits, Placement placement, Lease lease, Gone e) =>
        e.HostStayed && !placement.WasTakenOff ? TakenOff(limits, placement, lease, e.At)
        : Retry(limits, placement, lease, e.WasExecuting, e.At);

    private static RunStep TryElsewhere(RunLimits limits, Placement placement, RefusedHere e)
    {
        var next = Further(limits, placement) with
        {
            Refused = placement.Refused.Add(e.Lease.Host),
            Refusal = placement.Refusal ?? e.Fault,
        };
        return Again(limits, next, e.Lease, e.At, () => next.Refusal!); // It was set in the line before.
    }

    // A host that has failed much may be sick, and an input may be: the same prompt on another host tells.
    private static RunStep NodeFailed(RunLimits limits, Collecting s, ExecutionFailed e)
    {
        var next = Further(limits, s.Placement.Without(s.Lease.Host)) with { Doubt = new(s.Lease.Host, e.Fault) };
        return e.IsDoubtful && s.Placement.Doubt is null && next.Charged <= limits.MaxAttempts && e.At < limits.FinishBy
            ? new(new Placing(next), [new Release(s.Lease), new Place(next)])
            : Fail(e.Fault, [new Release(s.Lease), .. Judged(s.Placement, isToBlame: false)]);
    }

    private static ImmutableArray<RunCommand> Judged(Placement placement, bool isToBlame) =>
        placement.Doubt is { } doubt ? [new Judge(doubt.Host, isToBlame)] : [];

    private static RunStep Leave(Placement placement, Lease lease, bool isBlocked) =>
        new(new Leaving(placement, lease, Stops: 1, isBlocked), [new StopPrompt(lease)]);

    // A prompt that hangs and cannot be interrupted takes its host with it, as one that kills its process does.
    private static RunStep LeaveAgain(RunLimits limits, Leaving s, DateTimeOffset now) =>
        s.Stops < limits.MaxStops
            ? new(s with { Stops = s.Stops + 1 }, [new Await(now + limits.StopInterval)])
            : Retry(limits, s.Placement, s.Lease, wasExecuting: !s.IsBlocked, now,
                new Quarantine(s.Lease.Host, "A prompt hung and could not be interrupted."));

    private static RunStep LargerHost(RunLimits limits, Collecting s, OutOfMemory e)
    {
        var next = s.Placement.Without(s.Lease.Host).Next() with { LargerThan = s.Lease.Host };
        RunCommand free = new FreeMemory(s.Lease.Host);
        return s.Placement.LargerThan is null && next.Charged <= limits.MaxAttempts && e.At < limits.FinishBy
            ? new(new Placing(next), [free, new Release(s.Lease), new Place(next)])
            : Fail(e.Fault, free, new Release(s.Lease));
    }

    private static RunStep ExecuteAnew(RunLimits limits, Collecting s, OutputsMissing e)
    {
        var next = s.Placement.Next() with { DefeatCache = true };
        return !s.Placement.DefeatCache && next.Charged <= limits.MaxAttempts && e.At < limits.FinishBy
            ? new(new Placing(next), [new Release(s.Lease), new Place(next)])
            : Fail(new(FaultCode.OutputsUnavailable, e.Detail, Retryable: true), new Release(s.Lease));
    }

    private static RunStep Stop(Lease lease, RunOutcome then) => new(new Stopping(lease, then, Stops: 1), [new StopPrompt(lease)]);

    private static RunStep StopAgain(RunLimits limits, Stopping s, DateTimeOffset now) =>
        s.Stops < limits.MaxStops
            ? new(s with { Stops = s.Stops + 1 }, [new Await(now + limits.StopInterval)])
            : Finish(s.Then, new Quarantine(s.Lease.Host, "A prompt could not be stopped."), new Release(s.Lease));

    // A prompt that was thought to wait in its host's queue may turn out to have begun.
    private static bool TellsOfWork(RunEvent @event) => @event is Begun or Stuck or Finished or EndedThere or StillThere { IsQueued: false }
        or Gone { WasExecuting: true } or NoAnswer { WasExecuting: true } or HostLost { WasExecuting: true };

    private static Placement Knowing(Placement placement, RunEvent @event) =>
        TellsOfWork(@event) ? placement with { HasBegun = true } : placement;

    private static Leaving Knowing(Leaving s, RunEvent @event) => s with { Placement = Knowing(s.Placement, @event) };

    private static Stopping Knowing(Stopping s, RunEvent @event) =>
        s.Then is Canceled && TellsOfWork(@event) ? s with { Then = new Canceled(GpuWorkBegun: true) } : s;

    private static RunFault NoHostFault(Placement placement, string detail) =>
        placement.Doubt is { } doubt ? doubt.Fault
        : placement.Refusal is { } refusal ? refusal
        : placement.LargerThan is not null
        ? new(FaultCode.GpuOutOfMemory, "The GPU ran out of memory, and no host with more is in the pool.")
        : placement.Excluded.Length > 0 ? new(FaultCode.HostLost, "The run lost its host, and no other host can take it.", Retryable: true)
        : new(FaultCode.NoCapableHost, detail, Retryable: true);

    private static RunFault PoisonFault(string detail) => new(FaultCode.PoisonWorkflow, detail);

    private static Failed TimedOut(RunLimits limits, string? trouble = null) => new(new RunFault(
        FaultCode.RunTimeout, trouble is null ? $"The run had not ended by {limits.FinishBy:O}."
            : $"The run had not ended by {limits.FinishBy:O}. {trouble}", Retryable: true));

    private static RunStep Fail(RunFault fault, params ReadOnlySpan<RunCommand> first) => Finish(new Failed(fault), first);

    // The final row comes before the slot is given back: whoever waits learns it sooner, and a lease left behind by a
    // crash in between is found by the sweep, whereas a slot given back too soon would be sold twice.
    private static RunStep Finish(RunOutcome outcome, params ReadOnlySpan<RunCommand> first) =>
        new(new Ended(outcome), [new Publish(outcome), .. first]);
}

/// <summary>What one event did to a run: where it stands now, and what the shell must do about it.</summary>
public readonly record struct RunStep(RunState State, ImmutableArray<RunCommand> Commands);

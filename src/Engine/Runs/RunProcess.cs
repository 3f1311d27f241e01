using System.Collections.Immutable;
using static ComfyFunc.Runs.RunCommand;
using static ComfyFunc.Runs.RunEvent;
using static ComfyFunc.Runs.RunOutcome;
using static ComfyFunc.Runs.RunState;

namespace ComfyFunc.Runs;

/// <summary>Decides what a run does next. No clock, no ids, no I/O: the same arguments give the same step, for ever.</summary>
public static class RunProcess
{
    /// <summary>The state of a run that has just been accepted, before its first event.</summary>
    public static RunState Initial { get; } = new Placing(Placement.First);

    public static RunStep Decide(RunLimits limits, RunState state, RunEvent @event) => (state, @event) switch
    {
        (Placing s, Accepted)        => Place(s.Placement),
        (Placing s, Placed e)        => Execute(limits, s.Placement, e),
        (Placing s, NoSlot e)        => Wait(limits, s.Placement, e.At),
        (Placing s, NoHost e)        => Fail(NoHostFault(s.Placement, e.Detail)),
        (Placing, Poisoned e)        => e.Held is { } lease ? Fail(PoisonFault(e.Detail), new Release(lease)) : Fail(PoisonFault(e.Detail)),
        (Placing, PromptRefused e)   => Fail(e.Fault, new Release(e.Lease)),
        (Placing s, HostFailed e)    => Retry(limits, s.Placement, e.Lease, wasExecuting: false, e.At),

        (Waiting s, Granted e) when e.Lease.Attempt == s.Placement.Attempt => Place(s.Placement, e.Lease),
        (Waiting, CancelRequested)   => Finish(new Canceled(GpuWorkBegun: false), new Dequeue()),
        (Waiting s, Unplaceable)     => new(new Placing(s.Placement), [new Dequeue(), new Place(s.Placement)]),
        (Waiting s, DeadlinePassed e) => OverdueWait(limits, s.Placement, e.At),
        (_, Granted e) when e.Lease != LeaseOf(state) => new(state, [new Release(e.Lease), .. Resume(limits, state, e.At)]),

        (Executing s, Finished e) when e.Attempt == s.Lease.Attempt => Collect(s.Placement, s.Lease),
        (Executing s, HostLost e) when e.Host == s.Lease.Host       => Retry(limits, s.Placement, s.Lease, e.WasExecuting, e.At, e.StillAnswers ? [new Abandon(s.Lease)] : []),
        (Executing s, Stuck e) when e.Attempt == s.Lease.Attempt    => new(new Leaving(s.Placement, s.Lease, Stops: 1), [new StopPrompt(s.Lease)]),
        (Executing s, CancelRequested)       => Stop(s.Lease, new Canceled(GpuWorkBegun: true)),
        (Executing s, DeadlinePassed e)      => e.At < limits.FinishBy ? new(s, [new Inspect(s.Lease)]) : Stop(s.Lease, TimedOut(limits)),
        (Executing s, StillThere e)          => Inspected(limits, s with { Unanswered = 0 }, e.At),
        (Executing s, EndedThere)            => Collect(s.Placement, s.Lease),
        (Executing s, Gone e)                => Retry(limits, s.Placement, s.Lease, e.WasExecuting, e.At),
        (Executing { Unanswered: 0 } s, NoAnswer e) => Inspected(limits, s with { Unanswered = 1 }, e.At),
        (Executing s, NoAnswer e)            => Retry(limits, s.Placement, s.Lease, e.WasExecuting, e.At),

        (Collecting s, OutputsStored)        => Finish(new Succeeded(), new Release(s.Lease)),
        (Collecting s, ExecutionFailed e)    => Fail(e.Fault, new Release(s.Lease)),
        (Collecting { WasStuck: true } s, Interrupted e) => Retry(limits, s.Placement, s.Lease, wasExecuting: false, e.At),
        (Collecting s, Interrupted)          => Fail(new("node_failed", "The prompt was interrupted on its host, though nobody had canceled the run.", Retryable: true), new Release(s.Lease)),
        (Collecting s, OutOfMemory e)        => LargerHost(limits, s, e),
        (Collecting s, OutputsMissing e)     => ExecuteAnew(limits, s, e),
        (Collecting s, StillThere e)         => Inspected(limits, new Executing(s.Placement, s.Lease, Inspections: 0), e.At),
        (Collecting s, Gone e)               => Retry(limits, s.Placement, s.Lease, e.WasExecuting, e.At),
        (Collecting { Unanswered: 0 } s, NoAnswer) => new(s with { Unanswered = 1 }, [new Collect(s.Lease)]),
        (Collecting s, NoAnswer e)           => Retry(limits, s.Placement, s.Lease, wasExecuting: false, e.At),

        (Leaving s, EndedThere)              => new(new Collecting(s.Placement, s.Lease, WasStuck: true), [new Collect(s.Lease)]),
        (Leaving s, Finished e) when e.Attempt == s.Lease.Attempt => new(new Collecting(s.Placement, s.Lease, WasStuck: true), [new Collect(s.Lease)]),
        (Leaving s, Gone e)                  => Retry(limits, s.Placement, s.Lease, wasExecuting: false, e.At),
        (Leaving s, HostLost e) when e.Host == s.Lease.Host => Retry(limits, s.Placement, s.Lease, e.WasExecuting, e.At, e.StillAnswers ? [new Abandon(s.Lease)] : []),
        (Leaving s, StillThere or NoAnswer)  => LeaveAgain(limits, s, @event.At),
        (Leaving s, CancelRequested)         => Stop(s.Lease, new Canceled(GpuWorkBegun: true)),
        (Leaving s, DeadlinePassed)          => new(s, [new StopPrompt(s.Lease)]),

        (Stopping s, EndedThere or Gone)     => Finish(s.Then, new Release(s.Lease)),
        (Stopping s, HostLost e) when e.Host == s.Lease.Host => Finish(s.Then, new Release(s.Lease)),
        (Stopping s, StillThere or NoAnswer) => StopAgain(limits, s, @event.At),
        (Stopping s, Finished e) when e.Attempt == s.Lease.Attempt => new(s, [new StopPrompt(s.Lease)]),
        (Stopping s, DeadlinePassed)         => new(s, [new StopPrompt(s.Lease)]),

        // Events come late and come twice. What the table does not name changes nothing, and the run waits on.
        _ => new(state, Resume(limits, state, @event.At)),
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
        Executing s => [new Await(InspectAt(limits, s.Inspections, now))],
        Collecting s => [new Collect(s.Lease)],
        Leaving or Stopping => [new Await(now + limits.StopInterval)],
        _ => [],
    };

    private static RunStep Place(Placement placement, Lease? granted = null) => new(new Placing(placement), [new Place(placement, granted)]);

    private static RunStep Execute(RunLimits limits, Placement placement, Placed e) =>
        new(new Executing(placement, e.Lease, Inspections: 0), [new Await(InspectAt(limits, 0, e.At))]);

    private static RunStep Collect(Placement placement, Lease lease) => new(new Collecting(placement, lease), [new Collect(lease)]);

    private static RunStep Wait(RunLimits limits, Placement placement, DateTimeOffset now) =>
        now < WaitUntil(limits, placement)
            ? new(new Waiting(placement), [new Enqueue(placement), new Await(WaitUntil(limits, placement))])
            : OverdueWait(limits, placement, now);

    // Only a run that never started expires; one that lost its host has been started, and has until its finish deadline.
    private static DateTimeOffset WaitUntil(RunLimits limits, Placement placement) =>
        placement.Attempt == 1 && limits.StartBy < limits.FinishBy ? limits.StartBy : limits.FinishBy;

    private static RunStep OverdueWait(RunLimits limits, Placement placement, DateTimeOffset now) =>
        now < WaitUntil(limits, placement) ? new(new Waiting(placement), [new Await(WaitUntil(limits, placement))])
        : placement.Attempt == 1 ? Finish(new Expired(), new Dequeue())
        : Finish(TimedOut(limits), new Dequeue());

    private static RunStep Inspected(RunLimits limits, Executing s, DateTimeOffset now)
    {
        var next = s with { Inspections = s.Inspections + 1 };
        return new(next, [new Await(InspectAt(limits, next.Unanswered > 0 ? 0 : next.Inspections, now))]);
    }

    // 1, 8, 64… times the first: few questions for a run of any length, because a durable timer is a durable action.
    private static DateTimeOffset InspectAt(RunLimits limits, int inspections, DateTimeOffset now)
    {
        var at = now + (limits.FirstInspection * Math.Pow(8, Math.Min(inspections, 6)));
        return at < limits.FinishBy ? at : limits.FinishBy;
    }

    private static RunStep Retry(RunLimits limits, Placement placement, Lease lease, bool wasExecuting, DateTimeOffset now, params ReadOnlySpan<RunCommand> first)
    {
        var next = placement.Without(lease.Host).Next() with { Suspects = placement.Suspects + (wasExecuting ? 1 : 0) };
        return next.Suspects >= limits.MaxSuspectHosts ? Fail(PoisonFault($"{next.Suspects} hosts were lost while they executed this run."), [.. first, new Release(lease)])
            : next.Attempt > limits.MaxAttempts ? Fail(new("host_lost", $"The run lost its host {placement.Attempt} times.", Retryable: true), [.. first, new Release(lease)])
            : now >= limits.FinishBy ? Finish(TimedOut(limits), [.. first, new Release(lease)])
            : new(new Placing(next), [.. first, new Release(lease), new Place(next)]);
    }

    // A prompt that hangs and cannot be interrupted takes its host with it, as one that kills its process does.
    private static RunStep LeaveAgain(RunLimits limits, Leaving s, DateTimeOffset now) =>
        s.Stops < limits.MaxStops
            ? new(s with { Stops = s.Stops + 1 }, [new Await(now + limits.StopInterval)])
            : Retry(limits, s.Placement, s.Lease, wasExecuting: true, now, new Quarantine(s.Lease.Host, "A prompt hung and could not be interrupted."));

    private static RunStep LargerHost(RunLimits limits, Collecting s, OutOfMemory e)
    {
        var next = s.Placement.Without(s.Lease.Host).Next() with { LargerThan = s.Lease.Host };
        RunCommand free = new FreeMemory(s.Lease.Host);
        return s.Placement.LargerThan is null && next.Attempt <= limits.MaxAttempts && e.At < limits.FinishBy
            ? new(new Placing(next), [free, new Release(s.Lease), new Place(next)])
            : Fail(e.Fault, free, new Release(s.Lease));
    }

    private static RunStep ExecuteAnew(RunLimits limits, Collecting s, OutputsMissing e)
    {
        var next = s.Placement.Next() with { DefeatCache = true };
        return !s.Placement.DefeatCache && next.Attempt <= limits.MaxAttempts && e.At < limits.FinishBy
            ? new(new Placing(next), [new Release(s.Lease), new Place(next)])
            : Fail(new("outputs_unavailable", e.Detail, Retryable: true), new Release(s.Lease));
    }

    private static RunStep Stop(Lease lease, RunOutcome then) => new(new Stopping(lease, then, Stops: 1), [new StopPrompt(lease)]);

    private static RunStep StopAgain(RunLimits limits, Stopping s, DateTimeOffset now) =>
        s.Stops < limits.MaxStops
            ? new(s with { Stops = s.Stops + 1 }, [new Await(now + limits.StopInterval)])
            : Finish(s.Then, new Quarantine(s.Lease.Host, "A prompt could not be stopped."), new Release(s.Lease));

    private static RunFault NoHostFault(Placement placement, string detail) =>
        placement.LargerThan is not null ? new("gpu_out_of_memory", "The GPU ran out of memory, and no host with more is in the pool.")
        : placement.Excluded.Length > 0 ? new("host_lost", "The run lost its host, and no other host can take it.", Retryable: true)
        : new("no_capable_host", detail);

    private static RunFault PoisonFault(string detail) => new("poison_workflow", detail);

    private static Failed TimedOut(RunLimits limits) => new(new RunFault("run_timeout", $"The run had not ended by {limits.FinishBy:O}.", Retryable: true));

    private static RunStep Fail(RunFault fault, params ReadOnlySpan<RunCommand> first) => Finish(new Failed(fault), first);

    // The final row comes before the slot is given back: whoever waits learns it sooner, and a lease left behind by a
    // crash in between is found by the sweep, whereas a slot given back too soon would be sold twice.
    private static RunStep Finish(RunOutcome outcome, params ReadOnlySpan<RunCommand> first) =>
        new(new Ended(outcome), [new Publish(outcome), .. first]);
}

/// <summary>What one event did to a run: where it stands now, and what the shell must do about it.</summary>
public readonly record struct RunStep(RunState State, ImmutableArray<RunCommand> Commands);

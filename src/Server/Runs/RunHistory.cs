using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using static ComfyFunc.Engine.Runs.RunEvent;

namespace ComfyFunc.Server.Runs;

/// <summary>Carries a step of the process over to the run's row: times, attempts, and how each attempt ended.</summary>
public static class RunHistory
{
    public static RunRecord After(this RunRecord record, RunEvent @event, RunStep step)
    {
        var moved = record with { State = step.State, Step = record.Step + 1 };
        if (@event is Placed placed && step.State is RunState.Executing)
        {
            moved = moved.Add(placed);
        }

        if (step.State is RunState.Executing { IsQueued: false } or RunState.Collecting && record.State is not RunState.Collecting)
        {
            moved = moved.Begin(@event.At);
        }

        if (@event is Finished { LoadMs: { } loadMs } finished)
        {
            moved = moved with
            {
                Attempts = [.. moved.Attempts.Select(a => a.Number == finished.Attempt ? a with { LoadMs = a.LoadMs ?? loadMs } : a)]
            };
        }

        return step.State switch
        {
            RunState.Placing next when EndingOf(@event, next) is { } how => moved.EndAttempt(how, @event.At),
            RunState.Ended ended when record.State is not RunState.Ended =>
                moved.EndAttempt(NameOf(ended.Outcome), @event.At) with { CompletedAt = @event.At },
            _ => moved,
        };
    }

    /// <summary>How an attempt ended that another follows.</summary>
    private static string? EndingOf(RunEvent @event, RunState.Placing next) => @event switch
    {
        Gone { HostStayed: true } => "taken_off",
        Interrupted or StillThere => next.Placement.WasTakenOff ? "taken_off" : "stuck",
        HostLost or Gone or NoAnswer or HostFailed => FaultCode.HostLost.Name,
        OutOfMemory => FaultCode.GpuOutOfMemory.Name,
        OutputsMissing => FaultCode.OutputsUnavailable.Name,
        ExecutionFailed => FaultCode.NodeFailed.Name,
        RefusedHere => "refused",
        _ => null,
    };

    private static RunRecord Add(this RunRecord record, Placed e) => record.Attempts.Any(a => a.Number == e.Lease.Attempt)
        ? record
        : record with { Attempts = record.Attempts.Add(new(e.Lease.Attempt, e.Lease.Host, e.Lease.Prompt, e.At)) };

    // What the host itself says of the beginning is nearer the truth than when it was heard of.
    private static RunRecord Begin(this RunRecord record, DateTimeOffset at) => record.Attempts is [.., { BegunAt: null } last]
        ? record with
        {
            StartedAt = record.StartedAt ?? at,
            Attempts = record.Attempts.SetItem(record.Attempts.Length - 1, last with { BegunAt = at }),
        }
        : record with { StartedAt = record.StartedAt ?? at };

    private static RunRecord EndAttempt(this RunRecord record, string how, DateTimeOffset at) =>
        record.Attempts is [.., { EndedAt: null } last]
            ? record with { Attempts = record.Attempts.SetItem(record.Attempts.Length - 1, last with { EndedAt = at, Ended = how }) }
            : record;

    private static string NameOf(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Succeeded => "succeeded",
        RunOutcome.Failed f => f.Fault.Code.Name,
        RunOutcome.Canceled => "canceled",
        RunOutcome.Expired => "expired",
        _ => "unknown", // RunOutcome is closed.
    };
}

using System.Collections.Immutable;
using static ComfyFunc.Runs.RunEvent;

namespace ComfyFunc.Runs;

/// <summary>Carries a step of the process over to the run's row: times, attempts, and how each attempt ended.</summary>
public static class RunHistory
{
    public static RunRecord After(this RunRecord record, RunEvent @event, RunStep step)
    {
        var moved = record with { State = step.State, Step = record.Step + 1 };
        return @event switch
        {
            Placed e when step.State is RunState.Executing => moved.Begin(e),
            Interrupted or StillThere when step.State is RunState.Placing => moved.EndAttempt("stuck", @event.At),
            HostLost or Gone or NoAnswer or HostFailed when step.State is RunState.Placing => moved.EndAttempt("host_lost", @event.At),
            OutOfMemory when step.State is RunState.Placing => moved.EndAttempt("gpu_out_of_memory", @event.At),
            OutputsMissing when step.State is RunState.Placing => moved.EndAttempt("outputs_unavailable", @event.At),
            _ when step.State is RunState.Ended ended && record.State is not RunState.Ended => moved.EndAttempt(NameOf(ended.Outcome), @event.At) with { CompletedAt = @event.At },
            _ => moved,
        };
    }

    private static RunRecord Begin(this RunRecord record, Placed e) => record with
    {
        StartedAt = record.StartedAt ?? e.At,
        Attempts = record.Attempts.Any(a => a.Number == e.Lease.Attempt)
            ? record.Attempts
            : record.Attempts.Add(new(e.Lease.Attempt, e.Lease.Host, e.Lease.Prompt, e.At)),
    };

    private static RunRecord EndAttempt(this RunRecord record, string how, DateTimeOffset at) =>
        record.Attempts is [.., { EndedAt: null } last]
            ? record with { Attempts = record.Attempts.SetItem(record.Attempts.Length - 1, last with { EndedAt = at, Ended = how }) }
            : record;

    private static string NameOf(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Succeeded => "succeeded",
        RunOutcome.Failed f => f.Fault.Code,
        RunOutcome.Canceled => "canceled",
        RunOutcome.Expired => "expired",
        _ => "unknown", // RunOutcome is closed.
    };
}

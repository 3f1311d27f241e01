using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Runs;

/// <summary>What the end of an attempt says of its host.</summary>
public static class RunLessons
{
    /// <param name="cause">The event that ended the attempt.</param>
    public static AttemptEnd EndOf(this RunRecord run, Lease lease, RunEvent cause) =>
        new(lease, EndingOf(cause), cause is RunEvent.OutputsStored ? ObservationOf(run, lease, cause.At) : null)
        {
            Refusal = (cause as RunEvent.RefusedHere)?.Fault.Message,
            RefusesAllValues = cause is RunEvent.RefusedHere { WhateverTheValues: true },
        };

    private static AttemptEnding EndingOf(RunEvent cause) => cause switch
    {
        RunEvent.OutputsStored => AttemptEnding.Succeeded,
        RunEvent.ExecutionFailed { Fault.Code: var code } when code == FaultCode.NodeFailed => AttemptEnding.NodeFailed,
        RunEvent.OutOfMemory => AttemptEnding.OutOfMemory,
        RunEvent.HostFailed or RunEvent.NoAnswer => AttemptEnding.Unanswered,
        RunEvent.HostLost { StillAnswers: false } => AttemptEnding.Lost,
        RunEvent.Gone { HostStayed: false } => AttemptEnding.Vanished,
        RunEvent.RefusedHere => AttemptEnding.Refused,
        _ => AttemptEnding.Other, // Canceled, timed out, refused, or taken off a host that is quarantined.
    };

    // What came from the cache as a whole took no time, and teaches none.
    private static Observation? ObservationOf(RunRecord run, Lease lease, DateTimeOffset now) =>
        !run.Cached && run.Attempts.FirstOrDefault(a => a.Number == lease.Attempt) is
        {
            ExecutionStartedAt: { } from,
            ExecutionEndedAt: { } to
        } attempt
            ? new($"{run.Workflow}@{run.Version}",
                [.. attempt.Loaders.DistinctBy(l => l.Model).Select(l => new ModelFile(l.Model, l.PriorSeconds))], attempt.Loaded,
                Math.Max(0, (to - from).TotalSeconds), now)
            : null;
}

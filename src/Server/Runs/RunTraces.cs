using System.Diagnostics;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Telemetry;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Keeps a run in its trace, whichever processes carry it forward: the row says which span its spans are parts of. What is done for it now
/// is a span as it is done; where its time went is recorded from the row when it has ended.
/// </summary>
public sealed class RunTraces(Traces traces)
{
    /// <summary>Something that is done for a run now, as one attempt.</summary>
    public Activity? Begin(string what, RunRecord run, int attempt) =>
        traces.Continue(what, ActivityKind.Internal, run.TraceParent)?
            .SetTag(Attribute.Run, run.Id.Value).SetTag(Attribute.Attempt, attempt);

    /// <summary>Says how the step ended.</summary>
    public static void Answered(Activity? span, RunEvent answer)
    {
        if (span is not null && ErrorOf(answer) is { } error)
        {
            span.Failed(error.Name);
        }
    }

    /// <summary>Records where an ended run's time went.</summary>
    /// <returns>The run's own span, to be disposed of; its end is set.</returns>
    public Activity? Ended(RunRecord run)
    {
        var end = run.CompletedAt ?? run.CreatedAt;
        if (run.TraceParent is not { } parent
            || traces.Continue($"run {run.Workflow}", ActivityKind.Consumer, parent, run.CreatedAt) is not { } span)
        {
            return null;
        }

        Describe(span, run);
        var from = run.CreatedAt;
        foreach (var attempt in run.Attempts)
        {
            traces.Record("queue", span, from, attempt.LeasedAt)?.Dispose(); // One that would end before it begins lasts a tick.
            from = Later(attempt.EndedAt ?? end, from);
            Record(span, attempt, from);
        }

        if (from < end)
        {
            traces.Record("queue", span, from, end)?.Dispose();
        }

        return span.SetEndTime(end.UtcDateTime);
    }

    private static void Describe(Activity span, RunRecord run)
    {
        Name(span, run).SetTag(Attribute.Run, run.Id.Value)
            .SetTag(Attribute.Outcome, run.Status.ToString().ToLowerInvariant()).SetTag(Attribute.Attempts, run.Attempts.Length);
        switch (run.Outcome)
        {
            case RunOutcome.Failed { Fault: var fault }:
                span.Failed(fault.Code.Name).SetTag(Attribute.NodeId, fault.Node?.Id).SetTag(Attribute.NodeClass, fault.Node?.Class);
                break;
            case RunOutcome.Expired:
                span.Failed(FaultCode.StartDeadlineExceeded.Name);
                break;
        }
    }

    /// <summary>Says whose run of what it is.</summary>
    public static Activity Name(Activity span, RunRecord run) => span.SetTag(Attribute.Workflow, run.Workflow)
        .SetTag(Attribute.Version, run.Version).SetTag(Attribute.Client, run.Client.Length == 0 ? null : run.Client)
        .SetTag(Attribute.Batch, run.Batch);

    private void Record(Activity run, RunAttempt attempt, DateTimeOffset end)
    {
        if (traces.Record("attempt", run, attempt.LeasedAt, end) is not { } span)
        {
            return;
        }

        using (span)
        {
            span.SetTag(Attribute.Attempt, attempt.Number).SetTag(Attribute.Host, attempt.Host.Value)
                .SetTag(Attribute.AttemptResult, attempt.Ended);
            if (attempt.Ended is not (null or "succeeded" or "canceled"))
            {
                span.Failed(attempt.Ended);
            }

            var (began, ended) = RunTimes.ExecutionOf(attempt, end);
            traces.Record("host queue", span, attempt.StartedAt, began ?? end)?.Dispose();
            if (began is { } from && traces.Record("execute", span, from, ended ?? end) is { } execution)
            {
                using (execution)
                {
                    RecordLoad(execution, attempt, from);
                }
            }
        }
    }

    // When each of those nodes executed nobody wrote down.
    private void RecordLoad(Activity execution, RunAttempt attempt, DateTimeOffset from)
    {
        if (attempt.LoadMs is { } ms)
        {
            traces.Record("load", execution, from, from.AddMilliseconds(ms))?.Dispose();
        }
    }

    private static DateTimeOffset Later(DateTimeOffset time, DateTimeOffset than) => time > than ? time : than;

    private static FaultCode? ErrorOf(RunEvent answer) => answer switch
    {
        RunEvent.HostFailed or RunEvent.NoAnswer or RunEvent.Gone => FaultCode.HostLost,
        RunEvent.PromptRefused e => e.Fault.Code,
        RunEvent.RefusedHere e => e.Fault.Code,
        RunEvent.Poisoned => FaultCode.PoisonWorkflow,
        RunEvent.NoHost => FaultCode.NoCapableHost,
        RunEvent.ExecutionFailed e => e.Fault.Code,
        RunEvent.OutOfMemory e => e.Fault.Code,
        RunEvent.OutputsMissing => FaultCode.OutputsUnavailable,
        _ => null,
    };
}

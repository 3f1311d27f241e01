using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>The one line of the log that a run leaves: what it was, how it ended and where its time went.</summary>
internal static partial class RunEndLog
{
    public static void Ended(ILogger logger, RunRecord run)
    {
        var last = run.Attempts.LastOrDefault();
        var level = run.Status is RunStatus.Failed or RunStatus.Expired ? LogLevel.Warning : LogLevel.Information;
#pragma warning disable CA1873 // Once in a run, the arguments cost nothing.
        Ended(
            logger, level, run.Id, run.Status, ReasonOf(run.Outcome), run.Workflow, run.Version, run.Client, last?.Host.Value,
            run.Attempts.Length,
            Between(run.CreatedAt, last?.StartedAt ?? run.CompletedAt), Between(last?.StartedAt, last?.ExecutionStartedAt),
            Between(last?.ExecutionStartedAt, last?.ExecutionEndedAt), Between(run.CreatedAt, run.CompletedAt), run.Trace);
#pragma warning restore CA1873
    }

    /// <summary>The code by which callers see why it did not succeed.</summary>
    private static string ReasonOf(RunOutcome? outcome) => outcome switch
    {
        RunOutcome.Failed failed => failed.Fault.Code.Name,
        RunOutcome.Expired => FaultCode.StartDeadlineExceeded.Name,
        RunOutcome.Canceled => "canceled",
        _ => "none",
    };

    private static long? Between(DateTimeOffset? from, DateTimeOffset? to) =>
        from is null || to is null ? null : Math.Max(0, (long)(to.Value - from.Value).TotalMilliseconds);

    [LoggerMessage(EventId = EventIds.RunEnded,
        Message = "Run {RunId} ended as {Status} (reason {Reason}): workflow {Workflow} version {Version}, client '{Client}', host "
            + "{HostId}, attempts {Attempts}; waited {QueueMs} ms, on the host {HostMs} ms, executed {ExecuteMs} ms, {TotalMs} ms in all; "
            + "trace {TraceId}.")]
    private static partial void Ended(
        ILogger logger, LogLevel level, RunId runId, RunStatus status, string reason, string workflow, int version, string client,
        string? hostId, int attempts,
        long? queueMs, long? hostMs, long? executeMs, long? totalMs, string? traceId);
}

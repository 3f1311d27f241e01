using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Usage;

/// <summary>What runs of one client and one workflow version took on one day (UTC), by the day they ended.</summary>
public sealed record UsageRow(string Day, string Client, string Workflow, int Version)
{
    public long Runs { get; init; }

    public long Succeeded { get; init; }

    /// <summary>Of all attempts, those on hosts that were lost included.</summary>
    public double GpuSeconds { get; init; }

    public long OutputBytes { get; init; }

    public static UsageRow Of(RunRecord run) => new(UtcDay.Of(run.CompletedAt ?? run.CreatedAt), run.Client, run.Workflow, run.Version)
    {
        Runs = 1,
        Succeeded = run.Outcome is RunOutcome.Succeeded ? 1 : 0,
        GpuSeconds = run.Attempts.Sum(SecondsOf),
        OutputBytes = run.Artifacts.Sum(a => a.Bytes ?? 0),
    };

    public UsageRow Plus(UsageRow other) => this with
    {
        Runs = Runs + other.Runs,
        Succeeded = Succeeded + other.Succeeded,
        GpuSeconds = Math.Round(GpuSeconds + other.GpuSeconds, 3),
        OutputBytes = OutputBytes + other.OutputBytes,
    };

    private static double SecondsOf(RunAttempt attempt) =>
        (attempt.ExecutionEndedAt ?? attempt.EndedAt) is { } end
        ? Math.Max(0, (end - (attempt.ExecutionStartedAt ?? attempt.StartedAt)).TotalSeconds) : 0;
}

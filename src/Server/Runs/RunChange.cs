using System.Collections.Immutable;

namespace ComfyFunc.Runs;

/// <summary>One change of a run's state that its caller is told of. A row only ever adds to them, so their order numbers name them for ever.</summary>
/// <param name="Attempt">The placement that began; <see langword="null"/> for the others.</param>
public sealed record RunChange(RunStatus Status, DateTimeOffset At, RunAttempt? Attempt = null, bool IsEnd = false)
{
    /// <summary>Queued, then running once for each attempt that began to execute, then the end.</summary>
    public static ImmutableArray<RunChange> Of(RunRecord run)
    {
        var changes = ImmutableArray.CreateBuilder<RunChange>();
        changes.Add(new(RunStatus.Queued, run.CreatedAt));
        changes.AddRange(run.Attempts.Where(a => a.BegunAt is not null).Select(a => new RunChange(RunStatus.Running, a.BegunAt!.Value, a))); // The filter has seen it.
        if (run.Outcome is not null)
        {
            changes.Add(new(run.Status, run.CompletedAt ?? run.CreatedAt, IsEnd: true));
        }

        return changes.ToImmutable();
    }
}

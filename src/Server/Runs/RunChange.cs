using System.Collections.Immutable;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// One change of a run's state that its caller is told of. A row only ever adds to them, so their order numbers name them for ever.
/// </summary>
/// <param name="Attempt">The placement that began; <see langword="null"/> for the others.</param>
public sealed record RunChange(RunStatus Status, DateTimeOffset At, RunAttempt? Attempt = null, bool IsEnd = false)
{
    /// <summary>
    /// Queued, then running once for each attempt that began to execute, then the end; a cancel stands where it was asked for.
    /// </summary>
    public static ImmutableArray<RunChange> Of(RunRecord run)
    {
        var begun = run.Attempts.Where(a => a.BegunAt is not null).ToArray();
        var before = run.BegunBeforeCancel ?? begun.Length;
        var changes = ImmutableArray.CreateBuilder<RunChange>();
        changes.Add(new(RunStatus.Queued, run.CreatedAt));
        changes.AddRange(begun.Take(before).Select(a => Begin(RunStatus.Running, a)));
        if (run is { CancelRequestedAt: { } at, BegunBeforeCancel: not null })
        {
            changes.Add(new(RunStatus.Canceling, at));
        }

        changes.AddRange(begun.Skip(before).Select(a => Begin(RunStatus.Canceling, a))); // The host was faster than the cancel.
        if (run.Outcome is not null)
        {
            changes.Add(new(run.Status, run.CompletedAt ?? run.CreatedAt, IsEnd: true));
        }

        return changes.ToImmutable();
    }

    // Only those that began are listed.
    private static RunChange Begin(RunStatus status, RunAttempt attempt) => new(status, attempt.BegunAt!.Value, attempt);
}

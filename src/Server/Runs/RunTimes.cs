using System.Collections.Immutable;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Where a run's time went, in milliseconds that add up to the whole: each part ends where the next begins. Parts that have not ended yet,
/// or that nobody knows of, are <see langword="null"/>.
/// </summary>
/// <param name="Queue">Without a host: waiting here, and looking for a host that takes it.</param>
/// <param name="Lost">On hosts on which it could not stay: all attempts but the last.</param>
/// <param name="Stage">From when it had a slot on its last host until its files were there.</param>
/// <param name="HostQueue">In that host's queue.</param>
/// <param name="Load">Executing nodes that read model files, as far as that was heard.</param>
/// <param name="Execution">Executing all other nodes.</param>
/// <param name="Collect">From the end of the execution to that of the run.</param>
/// <param name="Total">From its acceptance to its end.</param>
public sealed record RunTimes(long? Queue, long? Lost, long? Stage, long? HostQueue, long? Load, long? Execution,
    long? Collect, long? Total)
{
    public static ImmutableArray<string> Names { get; } = ["queueMs", "lostMs", "stageMs", "hostQueueMs", "loadMs", "executionMs",
        "collectMs", "totalMs"];

    public ImmutableArray<long?> All => [Queue, Lost, Stage, HostQueue, Load, Execution, Collect, Total];

    public static RunTimes Of(RunRecord run)
    {
        var line = new Line(run.CreatedAt, run.CompletedAt);
        long? total = run.CompletedAt is null ? null : line.Length;
        var (queue, lost) = (0L, (long?)null);
        foreach (var attempt in run.Attempts.Where(a => IsLost(a, run)))
        {
            queue += line.To(attempt.LeasedAt);
            lost = lost.GetValueOrDefault() + line.To(attempt.EndedAt!.Value); // Lost ones have ended.
        }

        if (run.Attempts is not [.., var last] || IsLost(last, run))
        {
            return new(Left(), lost, null, null, null, null, null, total);
        }

        queue += line.To(last.LeasedAt);
        var stage = line.To(last.StartedAt);
        var (began, ended) = ExecutionOf(last, run.CompletedAt);
        if (began is null)
        {
            // It stood in the host's queue to its end.
            return new(queue, lost, stage, run.CompletedAt is { } end ? line.To(end) : null, null, null, null, total);
        }

        var hostQueue = line.To(began.Value);
        if (ended is null)
        {
            return new(queue, lost, stage, hostQueue, null, null, null, total);
        }

        var executed = line.To(ended.Value);
        long? load = last.LoadMs is { } ms ? Math.Clamp(ms, 0, executed) : null;
        return new(queue, lost, stage, hostQueue, load, executed - (load ?? 0),
            run.CompletedAt is { } completed ? line.To(completed) : null, total);

        long? Left() => run.CompletedAt is { } end ? queue + line.To(end) : lost is null ? null : queue;
    }

    // The run went on after it, elsewhere or to its end.
    private static bool IsLost(RunAttempt attempt, RunRecord run) => attempt.EndedAt is { } at && at != run.CompletedAt;

    // The host's own word is the nearest to the truth, where its clock goes as ours does; else it is when we heard of it, and for as long
    // as the host says.
    internal static (DateTimeOffset? Began, DateTimeOffset? Ended) ExecutionOf(RunAttempt attempt, DateTimeOffset? completed)
    {
        if (attempt is { ExecutionStartedAt: { } from, ExecutionEndedAt: { } to } && to >= from)
        {
            return from >= attempt.StartedAt && (completed is null || to <= completed) ? (from, to)
                : (attempt.BegunAt ?? attempt.StartedAt, (attempt.BegunAt ?? attempt.StartedAt) + (to - from));
        }

        return (attempt.BegunAt, completed);
    }

    // Goes along a run's time and never back, nor beyond its end: so the parts add up, whatever the clocks say.
    private sealed class Line(DateTimeOffset from, DateTimeOffset? end)
    {
        private long reached;

        public long Length => end is { } at ? Math.Max(0, MillisecondsTo(at)) : long.MaxValue;

        public long To(DateTimeOffset time)
        {
            var before = reached;
            reached = Math.Clamp(MillisecondsTo(time), reached, Math.Max(reached, Length));
            return reached - before;
        }

        private long MillisecondsTo(DateTimeOffset time) => (long)(time - from).TotalMilliseconds;
    }
}

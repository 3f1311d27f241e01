using System.Collections.Concurrent;
using ComfyFunc.Comfy;

namespace ComfyFunc.Runs;

/// <summary>How far the runs are that this process listens to. Progress is news, not record: the latest wins and none is kept.</summary>
public sealed class ProgressBoard
{
    private readonly ConcurrentDictionary<RunId, (Lease Lease, PromptProgress Progress)> latest = new();

    /// <summary>Rung when there is something to tell other processes.</summary>
    public Bell Bell { get; } = new();

    public IReadOnlyCollection<(Lease Lease, PromptProgress Progress)> All => [.. latest.Values];

    public PromptProgress? Of(RunId run) => latest.TryGetValue(run, out var known) ? known.Progress : null;

    public void Set(Lease lease, PromptProgress progress)
    {
        latest[lease.Run] = (lease, progress);
        Bell.Ring();
    }

    public void Clear(RunId run) => latest.TryRemove(run, out _);
}

using System.Collections.Concurrent;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>How far the runs are that this process listens to. Progress is news, not record: the latest wins and none is kept.</summary>
public sealed class ProgressBoard
{
    private readonly ConcurrentDictionary<RunId, (Lease Lease, PromptProgress Progress)> latest = new();

    /// <summary>Rung when there is something to tell other processes.</summary>
    public Bell Bell { get; } = new();

    public IReadOnlyCollection<(Lease Lease, PromptProgress Progress)> All => [.. latest.Values];

    public PromptProgress? Of(RunId run, int attempt) =>
        latest.TryGetValue(run, out var known) && known.Lease.Attempt == attempt ? known.Progress : null;

    public void Set(Lease lease, PromptProgress progress)
    {
        latest.AddOrUpdate(lease.Run, _ => (lease, progress),
            (_, known) => known.Lease.Attempt > lease.Attempt ? known : (lease, progress));
        Bell.Ring();
    }

    /// <summary>The attempt is over. What a later one has told meanwhile stays.</summary>
    public void Clear(Lease lease)
    {
        while (latest.TryGetValue(lease.Run, out var known) && known.Lease == lease
            && !latest.TryRemove(KeyValuePair.Create(lease.Run, known)))
        {
            // It was told anew in between.
        }
    }
}

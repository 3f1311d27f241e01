using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;

namespace ComfyFunc.Server.Webhooks;

/// <summary>Tells the sender of this process which runs' events may go at once.</summary>
public sealed class OutboxBell : Bell
{
    private readonly ConcurrentDictionary<RunId, bool> runs = new();

    public void Ring(RunId run)
    {
        runs[run] = true;
        Ring();
    }

    /// <summary>The runs that were rung for since the last time.</summary>
    public ImmutableHashSet<RunId> Drain() => [.. runs.Keys.Where(r => runs.TryRemove(r, out _))];
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters;

namespace ComfyFunc.Server.Workflows;

/// <summary>Rung when a workflow was saved or deleted here; who keeps hosts in step with what is published listens.</summary>
public sealed class PublishBell : Bell
{
    private readonly ConcurrentDictionary<string, bool> names = new(StringComparer.Ordinal);

    public void Ring(string workflow)
    {
        names[workflow] = true;
        Ring();
    }

    /// <summary>The workflows that it was rung for since the last time.</summary>
    public ImmutableHashSet<string> Drain() => [.. names.Keys.Where(n => names.TryRemove(n, out _))];
}

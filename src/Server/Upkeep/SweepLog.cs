using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace ComfyFunc.Server.Upkeep;

/// <summary>When this process last ended a sweep of each kind.</summary>
public sealed class SweepLog(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> ended = new(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, DateTimeOffset> Ended => ended.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public void Note(string kind) => ended[kind] = clock.GetUtcNow();
}

using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// Tells work that takes hosts down, so that it takes two at most: by version while the version has never ended well, by its inputs
/// otherwise.
/// </summary>
public static class Poison
{
    /// <summary>Hosts that a piece of work may take.</summary>
    public const int MaxHosts = 2;

    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    public static bool Is(Workload work, IReadOnlyCollection<PoolHost> pool, Estimates estimates, DateTimeOffset now) =>
        pool.Any(h => !h.Record.Suspicions.IsEmpty)
        && ((!estimates.IsProven(work.Name) && HostsLostTo(work.Name, pool, now).Count >= MaxHosts)
            || (work.Inputs.Length > 0 && HostsLostTo(work, pool, now) >= MaxHosts
                && !pool.Any(h => h.Record.Proofs.Contains(work.Inputs))));

    /// <summary>The hosts that were lost while the version was executing there.</summary>
    public static ImmutableHashSet<HostId> HostsLostTo(string work, IReadOnlyCollection<PoolHost> pool, DateTimeOffset now) =>
        [.. pool.Where(h => h.Record.Suspicions.Any(s => s.Work == work && now - s.At < Memory)).Select(h => h.Id)];

    private static int HostsLostTo(Workload work, IReadOnlyCollection<PoolHost> pool, DateTimeOffset now) =>
        pool.Count(h => h.Record.Suspicions.Any(s => s.Work == work.Name && s.Inputs == work.Inputs && now - s.At < Memory));
}

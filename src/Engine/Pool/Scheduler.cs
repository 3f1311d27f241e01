using System.Collections.Immutable;
using ComfyFunc.Runs;

namespace ComfyFunc.Pool;

/// <summary>Answers whether a host has the node classes and files that a run needs.</summary>
public delegate bool Capability(WaitingRun run, PoolHost host);

/// <summary>Decides which waiting run goes to which host: oldest first, each to the feasible host with the least outstanding work.</summary>
public static class Scheduler
{
    /// <summary>Plans as many placements as there are free slots. A run that no free host can take does not hold up those behind it.</summary>
    public static ImmutableArray<Lease> Assign(IReadOnlyCollection<PoolHost> pool, IEnumerable<WaitingRun> waiting, Capability capable, DateTimeOffset now)
    {
        var hosts = pool.ToDictionary(h => h.Id);
        var plan = ImmutableArray.CreateBuilder<Lease>();
        foreach (var run in waiting.OrderBy(w => w.Since).ThenBy(w => w.Run.Value, StringComparer.Ordinal))
        {
            if (Pick(hosts.Values, run, capable) is { } host)
            {
                var lease = run.LeaseOn(host.Id);
                hosts[host.Id] = host.Lend(lease, now);
                plan.Add(lease);
            }
        }

        return plan.ToImmutable();
    }

    /// <summary>The host for one run now; <see langword="null"/> when none that could take it has a free slot.</summary>
    public static PoolHost? Pick(IReadOnlyCollection<PoolHost> pool, WaitingRun run, Capability capable) =>
        pool.Where(h => h.FreeSlots > 0 && h.Status is HostStatus.Ready && CanEverTake(pool, run, h, capable))
            .OrderBy(h => h.Leases.Length)
            .ThenByDescending(h => h.FreeSlots)
            .ThenBy(h => LastLent(h))
            .ThenBy(h => h.Id.Value, StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>Whether any host, busy or resting, could take the run once it is free: if not, waiting is pointless.</summary>
    public static bool AnyCanEverTake(IReadOnlyCollection<PoolHost> pool, WaitingRun run, Capability capable) =>
        pool.Any(h => CanEverTake(pool, run, h, capable));

    private static bool CanEverTake(IReadOnlyCollection<PoolHost> pool, WaitingRun run, PoolHost host, Capability capable) =>
        !run.Placement.Excluded.Contains(host.Id) && HasMoreMemory(pool, run.Placement.LargerThan, host) && capable(run, host);

    private static bool HasMoreMemory(IReadOnlyCollection<PoolHost> pool, HostId? than, PoolHost host) =>
        than is not { } id || pool.FirstOrDefault(h => h.Id == id) is not { } small || host.VramBytes > small.VramBytes;

    // Among equally idle hosts the one that has rested longest, so that work spreads.
    private static DateTimeOffset LastLent(PoolHost host) => host.Leases.IsEmpty ? DateTimeOffset.MinValue : host.Leases[^1].At;
}

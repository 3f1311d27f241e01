namespace ComfyFunc.Pool;

/// <summary>Answers whether a host has the node classes and files that a run needs.</summary>
public delegate bool Capability(WaitingRun run, PoolHost host);

/// <summary>Whether a host could ever take a run, whatever it is doing now.</summary>
public static class Feasibility
{
    public static Unfitness Of(WaitingRun run, PoolHost host, IReadOnlyCollection<PoolHost> pool, Capability capable) =>
        run.Work.Demands.Host is { } only && only != host.Id ? Unfitness.NotTheOne
        : run.Placement.Excluded.Contains(host.Id) ? Unfitness.Excluded
        : !run.Work.Demands.Labels.All(l => host.Labels.GetValueOrDefault(l.Key) == l.Value) ? Unfitness.LacksLabels
        : host.VramBytes < run.Work.Demands.MinVramBytes || !IsLarger(host, run.Placement.LargerThan, pool) ? Unfitness.TooSmall
        : capable(run, host) ? Unfitness.None
        : Unfitness.Incapable;

    /// <summary>Whether any host, busy or resting, could take the run once it is free: if not, waiting is pointless.</summary>
    public static bool AnyCanEverTake(WaitingRun run, IReadOnlyCollection<PoolHost> pool, Capability capable) =>
        pool.Any(h => Of(run, h, pool, capable) is Unfitness.None);

    private static bool IsLarger(PoolHost host, HostId? than, IReadOnlyCollection<PoolHost> pool) =>
        than is not { } id || pool.FirstOrDefault(h => h.Id == id) is not { } small || host.VramBytes > small.VramBytes;
}

/// <summary>Why a host can never take a run.</summary>
public enum Unfitness
{
    None,

    /// <summary>It lacks node classes or model files.</summary>
    Incapable,

    LacksLabels,

    TooSmall,

    /// <summary>It failed this run before.</summary>
    Excluded,

    /// <summary>The run is meant for another host.</summary>
    NotTheOne,
}

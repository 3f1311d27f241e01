namespace ComfyFunc.Engine.Pool;

/// <summary>Answers whether a host has the node classes and files that a run needs.</summary>
public delegate bool Capability(WaitingRun run, PoolHost host);

/// <summary>Whether a host could ever take a run, whatever it is doing now.</summary>
public static class Feasibility
{
    public static Unfitness Of(WaitingRun run, PoolHost host, IReadOnlyCollection<PoolHost> pool, Capability capable) =>
        run.Work.Demands.Host is { } only && only != host.Id ? Unfitness.NotTheOne
        : run.Placement.Excluded.Contains(host.Id) ? Unfitness.Excluded
        : run.Placement.Refused.Contains(host.Id) || host.Record.Refusals.Any(r => r.Covers(host, run.Work)) ? Unfitness.Refused
        : !run.Work.Demands.Labels.All(l => host.Labels.GetValueOrDefault(l.Key) == l.Value) ? Unfitness.LacksLabels
        : host.VramBytes < run.Work.Demands.MinVramBytes || !IsLarger(host, run.Placement.LargerThan, pool) ? Unfitness.TooSmall
        : host.MaxUploadBytes < run.Work.LargestUploadBytes ? Unfitness.TakesSmallerFiles
        : capable(run, host) ? Unfitness.None
        : Unfitness.Incapable;

    /// <summary>Whether any host, busy or resting, could take the run once it is free: if not, waiting is pointless.</summary>
    public static bool AnyCanEverTake(WaitingRun run, IReadOnlyCollection<PoolHost> pool, Capability capable) =>
        pool.Any(h => Of(run, h, pool, capable) is Unfitness.None);

    /// <summary>The prospects of a run that no host can take now.</summary>
    public static Prospect ProspectOf(WaitingRun run, IReadOnlyCollection<PoolHost> pool, Capability capable) =>
        AnyCanEverTake(run, pool, capable) ? Prospect.Good
        : AnyCanEverTake(run with { Placement = run.Placement with { Excluded = [] } }, pool, capable) ? Prospect.OnlyExcluded
        : pool.All(h => h.Status is HostStatus.Offline) && run.Placement is { LargerThan: null, Doubt: null } ? Prospect.NobodyThere
        : Prospect.None;

    private static bool IsLarger(PoolHost host, HostId? than, IReadOnlyCollection<PoolHost> pool) =>
        than is not { } id || pool.FirstOrDefault(h => h.Id == id) is not { } small || host.VramBytes > small.VramBytes;
}

/// <summary>Whether waiting makes sense.</summary>
public enum Prospect
{
    /// <summary>A host that is busy, resting or away can take the run.</summary>
    Good,

    /// <summary>Only hosts that failed the run before could: it may go back to them.</summary>
    OnlyExcluded,

    /// <summary>The pool is empty, or none of it answers: whoever comes next may take the run.</summary>
    NobodyThere,

    /// <summary>The hosts that are there lack what the run needs.</summary>
    None,
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

    /// <summary>It would not take this prompt.</summary>
    Refused,

    /// <summary>A file of the call is larger than it takes.</summary>
    TakesSmallerFiles,

    /// <summary>The run is meant for another host.</summary>
    NotTheOne,
}

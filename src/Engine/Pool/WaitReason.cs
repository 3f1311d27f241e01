using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>Why a run has no slot yet.</summary>
/// <param name="Message">A sentence for people.</param>
public sealed record WaitReason(WaitCause Cause, string Message)
{
    /// <summary>Why a run of a queue that is paused waits.</summary>
    public static WaitReason Paused { get; } = new(WaitCause.QueuePaused, "The queue is paused.");

    /// <param name="outlook">Where it will go; <see langword="null"/> where that was not looked for, or is nowhere.</param>
    public static WaitReason Of(WaitingRun run, IReadOnlyCollection<PoolHost> pool, Capability capable, Outlook? outlook,
        DateTimeOffset now)
    {
        if (pool.Count == 0)
        {
            return new(WaitCause.NoHost, "The pool has no hosts.");
        }

        var fit = pool.Where(h => Feasibility.Of(run, h, pool, capable) is Unfitness.None)
            .OrderBy(h => h.Id.Value, StringComparer.Ordinal).ToImmutableArray();
        if (fit.IsEmpty)
        {
            return pool.All(h => h.Status is HostStatus.Offline) ? new(WaitCause.NoHost, "No host of the pool answers.")
                : new(WaitCause.NoCapableHost, "No host of the pool can run this.");
        }

        var atWork = fit.Where(h => TakesCalls(run, h, now)).ToImmutableArray();
        return atWork.IsEmpty ? AwayReason.Of(fit)
            : atWork.Any(h => h.OpenSlots(now) > 0) ? WhileOpen(outlook)
            : WhileFull(atWork, outlook, new Estimates(pool), now);
    }

    private static bool TakesCalls(WaitingRun run, PoolHost host, DateTimeOffset now) =>
        host.Status is HostStatus.Ready || (host.IsOnTrial(now) && host.WarmUp is null)
        || (run.Work.Demands.Host == host.Id && host.OpenSlots(now) > 0);

    private static WaitReason WhileOpen(Outlook? outlook) => outlook switch
    {
        { IsOpen: true } => new(WaitCause.BeingPlaced, $"A slot of {outlook.Host} is open for it."),
        { } => new(WaitCause.HeldForModels, $"It is held back for {outlook.Host}, which is expected to end it sooner than an open host."),
        null => new(WaitCause.OthersFirst, "The open slots go to others first."),
    };

    private static WaitReason WhileFull(ImmutableArray<PoolHost> atWork, Outlook? outlook, Estimates estimates, DateTimeOffset now)
    {
        if (atWork.All(h => h.Foreign?.Blocks(now) ?? false))
        {
            return new(WaitCause.ForeignWork, $"{Names(atWork)} {Has(atWork, "is", "are")} busy with prompts of others.");
        }

        return atWork.FirstOrDefault(h => h.Id == outlook?.Host) is { Leases: [{ Loads.IsEmpty: false } first, ..] } next
            && first.FirstAt is { } since && now - since < TimeSpan.FromSeconds(first.Loads.Sum(f => estimates.LoadSeconds(f, next)))
            ? new(WaitCause.ModelsLoading, $"{next.Id} is loading {string.Join(", ", first.Loads)} for a run before it.")
            : new(WaitCause.SlotsBusy, $"All slots of {Names(atWork)} are lent.");
    }

    private static string Names(ImmutableArray<PoolHost> hosts) => string.Join(", ", hosts.Select(h => h.Id));

    private static string Has(ImmutableArray<PoolHost> hosts, string one, string several) => hosts.Length == 1 ? one : several;
}

/// <summary>Why a run has no slot yet, as programs tell it.</summary>
public enum WaitCause
{
    /// <summary>Somebody has paused the queue.</summary>
    QueuePaused,

    /// <summary>The pool is empty, or none of it answers.</summary>
    NoHost,

    /// <summary>The hosts that are there lack what it needs. The run is about to be given up.</summary>
    NoCapableHost,

    /// <summary>The hosts that can run it do not answer.</summary>
    HostOffline,

    /// <summary>They rest, until they may prove themselves or a person releases them.</summary>
    HostQuarantined,

    /// <summary>They take nothing new.</summary>
    HostDraining,

    /// <summary>They warm up.</summary>
    HostWarmingUp,

    /// <summary>They have prompts of others that do not move.</summary>
    ForeignWork,

    /// <summary>All their slots are lent.</summary>
    SlotsBusy,

    /// <summary>The same, and the host that it will go to is loading models.</summary>
    ModelsLoading,

    /// <summary>It could begin elsewhere, but would end later there.</summary>
    HeldForModels,

    /// <summary>A slot is open, but others get it: of a higher priority, or of clients that had less of the pool.</summary>
    OthersFirst,

    /// <summary>A slot is open for it: it is about to get it.</summary>
    BeingPlaced,
}

using System.Collections.Immutable;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// Decides which waiting run goes to which host. Runs go by priority, then by what their client has had of the pool, then by age and by
/// what they would have to load; hosts by least expected completion: what remains there, loading what will not be resident, executing. No
/// run waits while a slot is open that can take it. Of hosts that are equal the one goes first that comes first in the pool.
/// </summary>
public static class Scheduler
{
    /// <summary>From so many hosts on equal ones are many: processes that lend side by side had better not begin with the same.</summary>
    public const int LargePool = 16;

    /// <summary>
    /// Plans as many placements as there are open slots. A run that no open host can take does not hold up those behind it.
    /// </summary>
    public static ImmutableArray<Assignment> Assign(IReadOnlyCollection<PoolHost> pool, IEnumerable<WaitingRun> waiting, Capability capable,
        DateTimeOffset now) =>
        Assign(pool, WaitingQueue.Of(waiting), ImmutableHashSet<RunId>.Empty, capable, now);

    /// <summary>
    /// The same over a queue that is kept in order: what it costs depends on the kinds of runs in it, not on how many wait.
    /// </summary>
    /// <param name="leftOut">Runs that do not wait, whatever the queue says.</param>
    public static ImmutableArray<Assignment> Assign(IReadOnlyCollection<PoolHost> pool, WaitingQueue waiting, IReadOnlySet<RunId> leftOut,
        Capability capable, DateTimeOffset now) =>
        new Plan(pool, capable, now).Carry(waiting, leftOut);

    /// <summary>The placement of one run now; <see langword="null"/> when no host that could take it has an open slot.</summary>
    public static Assignment? Pick(IReadOnlyCollection<PoolHost> pool, WaitingRun run, Capability capable, DateTimeOffset now) =>
        Assign(pool, [run], capable, now) is [var picked] ? picked : null;

    /// <summary>Where the runs that come next will go, if nothing else comes, and when they are expected to begin.</summary>
    /// <param name="leftOut">Runs that do not wait, whatever the queue says.</param>
    /// <param name="most">How many of them are looked at.</param>
    public static ImmutableDictionary<RunId, Outlook> Foresee(IReadOnlyCollection<PoolHost> pool, WaitingQueue waiting,
        IReadOnlySet<RunId> leftOut, Capability capable, DateTimeOffset now, int most) =>
        new Plan(pool, capable, now, isForesight: true).Foresee(waiting, leftOut, most);
}

/// <summary>What is to be expected of a waiting run.</summary>
/// <param name="Host">Where it will go.</param>
/// <param name="IsOpen">Whether a slot is open for it there.</param>
/// <param name="StartsAt">When it is expected to begin; <see langword="null"/> where what stands before it takes nobody knows how
/// long.</param>
public sealed record Outlook(HostId Host, bool IsOpen, DateTimeOffset? StartsAt);

/// <summary>A run's place on a host, as planned over the host's row as it was.</summary>
/// <param name="Pinned">Models that <c>[!cache]</c> asks the host to keep.</param>
/// <param name="LeasesBefore">How many slots were lent then: if it is another number now, the plan is out of date.</param>
public sealed record Assignment(HostId Host, HeldSlot Slot, ImmutableArray<string> Pinned, int LeasesBefore)
{
    public Lease Lease => Slot.On(Host);

    /// <summary>The row with the slot lent; <see langword="null"/> when it is no longer as it was planned over.</summary>
    public PoolHost? Over(PoolHost host, DateTimeOffset now) =>
        host.OpenSlots(now) > 0 && host.Leases.Length == LeasesBefore && !host.Holds(Lease)
        ? host.Lend(Slot with { At = now }, Pinned) : null;
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>Lends slots to runs that are being placed, and gives back what a failed step left lent.</summary>
public sealed class SlotFinder(HostStore hosts, CatalogWatch catalogs, PendingStore pending, Capabilities capabilities, PromptWatch watch,
    HostHealth health, TimeProvider clock) : IDisposable
{
    // Runs of this process pick one after the other: a thousand that pick the same slot at once would each read the row again for every one
    // that got it.
    private readonly SemaphoreSlim picking = new(1);

    // A process that was quiet looks at the queue first: others may wait there, or it may have been paused.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<RunId, Task<Slot?>> ahead = new();

    /// <summary>Whether this work has been executing on so many hosts when they were lost that it goes to none for a while.</summary>
    public bool IsPoison(Workload work) => Poison.Is(work, hosts.Known, new Estimates(hosts.Known), clock.GetUtcNow());

    /// <summary>Begins to lend a slot to a run whose first step comes soon, and finds it then.</summary>
    public void LendAhead(WaitingRun waiting)
    {
        if (!IsPoison(waiting.Work) && Feasibility.AnyCanEverTake(waiting, hosts.Known, capabilities.Has))
        {
            ahead[waiting.Run] = PickInTurnAsync(waiting, CancellationToken.None);
        }
    }

    /// <summary>The run's first step does not come.</summary>
    public async Task TakeBackAsync(RunId run, CancellationToken cancellationToken)
    {
        if (ahead.TryRemove(run, out var lending) && (await lending)?.Lease is { } lease)
        {
            await health.EndedAsync(new(lease, AttemptEnding.Other), cancellationToken);
        }
    }

    /// <summary>Gives back the slot that a failed step of this attempt may have left lent, and takes its prompt off.</summary>
    public async Task GiveBackAsync(RunId run, int attempt, CancellationToken cancellationToken)
    {
        await TakeBackAsync(run, cancellationToken);
        // Each is known.
        foreach (var lease in hosts.Known.Select(h => new Lease(h.Id, run, attempt)).Where(l => hosts.Find(l.Host)!.Holds(l)).ToArray())
        {
            await watch.StopAsync(lease, cancellationToken);
            await health.EndedAsync(new(lease, AttemptEnding.Other), cancellationToken);
        }
    }

    public void Dispose() => picking.Dispose();

    /// <summary>The slot that the run has already, or one that it gets now; else why there is none.</summary>
    public async Task<Slot> FindAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
        if (ahead.TryRemove(waiting.Run, out var lending) && await lending is { } slot)
        {
            return slot;
        }

        if (HeldLease(waiting) is { } held)
        {
            return new(held, IsFresh: false);
        }

        if (!Feasibility.AnyCanEverTake(waiting, hosts.Known, capabilities.Has))
        {
            switch (Feasibility.ProspectOf(waiting, await FreshPoolAsync(cancellationToken), capabilities.Has))
            {
                case Prospect.None:
                    return Slot.None(new RunEvent.NoHost(capabilities.Explain(waiting, hosts.Known), clock.GetUtcNow()));
                case Prospect.OnlyExcluded:
                    return Slot.None(new RunEvent.OnlyExcluded(clock.GetUtcNow()));
                case Prospect.NobodyThere:
                    return Slot.None(new RunEvent.NoSlot(clock.GetUtcNow()));
            }
        }

        return await PickInTurnAsync(waiting, cancellationToken) ?? Slot.None(new RunEvent.NoSlot(clock.GetUtcNow()));
    }

    private async Task<Slot?> PickInTurnAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
        await picking.WaitAsync(cancellationToken);
        try
        {
            return await PickAsync(waiting, cancellationToken);
        }
        finally
        {
            picking.Release();
        }
    }

    private async Task<Slot?> PickAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() - pending.ReadAt > Fresh)
        {
            await pending.RefreshAsync(cancellationToken);
        }

        // Who came earlier and still waits goes first.
        while ((pending.PausedAt is null || waiting.Work.Demands.Host is not null) && pending.Known.All(w => w.Run == waiting.Run)
            && Scheduler.Pick(hosts.Spread, waiting, capabilities.Has, clock.GetUtcNow()) is { } assignment)
        {
            if (await hosts.UpdateAsync(assignment.Host, h => assignment.Over(h, clock.GetUtcNow()), cancellationToken) is not null)
            {
                return new(assignment.Lease, IsFresh: true);
            }

            // The row has changed meanwhile. It may have been this very step, carried out by somebody else.
            if (HeldLease(waiting) is { } taken)
            {
                return new(taken, IsFresh: false);
            }
        }

        return null;
    }

    // Another process may have registered a host a moment ago.
    private async Task<ImmutableArray<PoolHost>> FreshPoolAsync(CancellationToken cancellationToken)
    {
        var pool = await hosts.RefreshAsync(cancellationToken);
        await catalogs.LoadAsync(pool, cancellationToken);
        return pool;
    }

    /// <summary>The lease that an earlier, interrupted carrying-out of this very step has taken.</summary>
    private Lease? HeldLease(WaitingRun waiting) =>
        hosts.Known.FirstOrDefault(h => h.Holds(waiting.LeaseOn(h.Id))) is { } host ? waiting.LeaseOn(host.Id) : null;
}

/// <summary>A slot for one attempt of a run, or the reason why it has none.</summary>
/// <param name="IsFresh">Lent just now: no prompt can be there yet.</param>
public readonly record struct Slot(Lease? Lease, bool IsFresh, RunEvent? Answer = null)
{
    public static Slot None(RunEvent answer) => new(null, IsFresh: false, answer);
}

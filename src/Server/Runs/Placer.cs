using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Secrets;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Carries out Place: leases a slot, and has the run's files staged and its prompt submitted there once, however often it is asked.
/// </summary>
public sealed class Placer(
    RunPrompts prompts, HostStore hosts, HostConnections connections, CatalogWatch catalogs, PendingStore pending,
    Capabilities capabilities, PromptWatch watch,
    HostMonitor monitor, HostHealth health, CacheNodeBook cacheNodes, ExtraData extraData, Submitter submitter,
    TimeProvider clock) : IDisposable
{
    // Runs of this process pick one after the other: a thousand that pick the same slot at once would each read the row again for every one
    // that got it.
    private readonly SemaphoreSlim picking = new(1);

    public async Task<(RunRecord Run, RunEvent Answer)> PlaceAsync(RunRecord run, RunCommand.Place command,
        CancellationToken cancellationToken)
    {
        var prompt = await prompts.CompileAsync(run, command.Placement, [], cancellationToken);
        var waiting = RunPrompts.Waiting(run, command.Placement, prompt);
        if (Poison.Is(waiting.Work, hosts.Known, new Estimates(hosts.Known), clock.GetUtcNow()))
        {
            return (run, new RunEvent.Poisoned(
                $"'{waiting.Work.Name}' was executing on {Poison.MaxHosts} hosts when they were lost; it is not placed for an hour.",
                command.Granted, clock.GetUtcNow()));
        }

        var slot = command.Granted is { } granted ? new Slot(granted, IsFresh: false) : await FindSlotAsync(waiting, cancellationToken);
        if (slot.Lease is not { } lease)
        {
            return (run, slot.Answer!);
        }

        var leased = clock.GetTimestamp();
        await monitor.ReachAsync(lease.Host, cancellationToken);
        if (connections.Find(lease.Host) is not { } host)
        {
            return (run, new RunEvent.HostFailed(lease, clock.GetUtcNow()));
        }

        var (extra, unreadable) = await extraData.ForHostAsync(run, cancellationToken);
        if (unreadable is not null)
        {
            return (run, new RunEvent.PromptRefused(unreadable, lease, clock.GetUtcNow()));
        }

        if (await submitter.StageAsync(run, lease, host, cancellationToken) is { } failure)
        {
            return (run, failure);
        }

        var started = clock.GetUtcNow();
        var attempt = new RunAttempt(lease.Attempt, lease.Host, lease.Prompt,
            started)
        { StageMs = (long)clock.GetElapsedTime(leased).TotalMilliseconds, Loaders = prompt.Loaders };
        prompt = await prompts.CompileAsync(run, command.Placement, cacheNodes.For(lease.Host), cancellationToken, catalogs.Of(lease.Host));

        var answer = await submitter.SubmitAsync(new(run, lease, prompt, extra), slot.IsFresh, host, cancellationToken);
        return answer is RunEvent.Placed && run.Attempts.All(a => a.Number != lease.Attempt)
            ? (run with { Attempts = run.Attempts.Add(attempt) }, answer)
            : (run, answer);
    }

    /// <summary>Gives back the slot that a failed step of this attempt may have left lent, and takes its prompt off.</summary>
    public async Task GiveBackAsync(RunId run, int attempt, CancellationToken cancellationToken)
    {
        // Each is known.
        foreach (var lease in hosts.Known.Select(h => new Lease(h.Id, run, attempt)).Where(l => hosts.Find(l.Host)!.Holds(l)).ToArray())
        {
            await watch.StopAsync(lease, cancellationToken);
            await health.EndedAsync(new(lease, AttemptEnding.Other), cancellationToken);
        }
    }

    public void Dispose() => picking.Dispose();

    private async Task<Slot> FindSlotAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
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

        await picking.WaitAsync(cancellationToken);
        try
        {
            return await PickAsync(waiting, cancellationToken) ?? Slot.None(new RunEvent.NoSlot(clock.GetUtcNow()));
        }
        finally
        {
            picking.Release();
        }
    }

    private async Task<Slot?> PickAsync(WaitingRun waiting, CancellationToken cancellationToken)
    {
        // Who came earlier and still waits goes first.
        while (pending.Known.All(w => w.Run == waiting.Run)
            && Scheduler.Pick(hosts.Known, waiting, capabilities.Has, clock.GetUtcNow()) is { } assignment)
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

    private readonly record struct Slot(Lease? Lease, bool IsFresh, RunEvent? Answer = null)
    {
        public static Slot None(RunEvent answer) => new(null, IsFresh: false, answer);
    }
}

using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>Gives free slots to waiting runs. Every process has one; the rows decide which of them wins a slot.</summary>
public sealed partial class Dispatcher(
    HostStore hosts, PendingStore pending, Capabilities capabilities, IRunSignals signals, DispatchBell bell, Quiet quiet,
    TimeProvider clock, ILogger<Dispatcher> logger)
    : RecurringService(clock, logger)
{
    // Another process may free a slot or enqueue a run without this bell ringing.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(10);

    /// <summary>Dispatches whenever the bell rings, and every second.</summary>
    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        // What happens in this process is known without asking storage; the regular look is for what others did.
        var isRung = await bell.WaitAsync(LookInterval, Clock, stoppingToken);
        var sinceLook = Clock.GetUtcNow() - pending.ReadAt;
        if (isRung && !pending.IsDoubted && sinceLook < LookInterval)
        {
            await LendAsync(pending.Known, stoppingToken);
        }
        else if (isRung || !quiet.MayRest(sinceLook, QuietInterval))
        {
            await DispatchAsync(stoppingToken);
        }
    }

    /// <summary>Looks at what others put into the queue and took out of it, lends what is free, and gives up what waits in vain.</summary>
    public async Task DispatchAsync(CancellationToken cancellationToken)
    {
        var waiting = await pending.RefreshAsync(cancellationToken);
        var pool = hosts.Known;
        var served = await LendAsync(waiting, cancellationToken);
        if (signals.IsReady)
        {
            await GiveUpAsync(waiting, served, pool, cancellationToken);
        }
    }

    // Plans once over the whole queue and carries the plan out. Answers the runs that have, or had already, their slots.
    private async Task<HashSet<RunId>> LendAsync(WaitingQueue waiting, CancellationToken cancellationToken)
    {
        if (waiting.Count == 0 || !signals.IsReady)
        {
            return []; // A slot that is lent without its run being told is a slot lost.
        }

        // A run that holds its slot already is not waiting, whatever its row here says: a step that was carried out twice put it back, or
        // its grant died half-way.
        var pool = hosts.Spread;
        var served = pool.SelectMany(h => h.Leases).Where(l => waiting.Find(l.Run)?.Placement.Attempt == l.Attempt).Select(l => l.Run)
            .ToHashSet();
        // A host that joins, or is to prove itself, does so all the same.
        var mayGo = pending.PausedAt is null ? waiting : waiting.MeantForOneHost();
        var plan = Scheduler.Assign(pool, mayGo, served, capabilities.Has, Clock.GetUtcNow());

        // Over one host's row one after the other; hosts side by side.
        await Task.WhenAll(plan.GroupBy(a => a.Host).Select(host => GrantAsync(host, cancellationToken)));
        served.UnionWith(plan.Select(a => a.Slot.Run));
        return served;
    }

    // What a run waits for may have gone for good. Whether it really has, the run's next step finds out over the rows as they are then.
    private async Task GiveUpAsync(WaitingQueue waiting, HashSet<RunId> served, ImmutableArray<PoolHost> pool,
        CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        foreach (var run in Hopeless.Among(waiting, pool, capabilities.Has, now).Where(r => !served.Contains(r.Run)).ToArray())
        {
            await signals.SignalAsync(run.Run, new RunEvent.Unplaceable(now), cancellationToken);
        }
    }

    private async Task GrantAsync(IEnumerable<Assignment> ofOneHost, CancellationToken cancellationToken)
    {
        foreach (var assignment in ofOneHost)
        {
            await GrantAsync(assignment, cancellationToken);
        }
    }

    private async Task GrantAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        var lease = assignment.Lease;
        var now = Clock.GetUtcNow();
        if (await hosts.UpdateKnownAsync(lease.Host, h => assignment.Over(h, now), cancellationToken) is null)
        {
            bell.Ring(); // Its slots are others meanwhile: plan again, over the row as it is now.
            return;
        }

        // Whoever takes the run out of the queue may wake it; the other lost the race, or the run was canceled.
        if (await pending.TakeAsync(lease.Run, cancellationToken))
        {
            SlotGranted(lease.Run, lease.Attempt, lease.Host);
            await signals.SignalAsync(lease.Run, new RunEvent.Granted(lease, now), cancellationToken);
        }
        else
        {
            await hosts.UpdateAsync(lease.Host, h => h.TakeBack(lease, Clock.GetUtcNow()), cancellationToken);
        }
    }

    [LoggerMessage(EventIds.SlotGranted, LogLevel.Debug, "Run {RunId}, attempt {Attempt}, was granted a slot on {HostId}.")]
    private partial void SlotGranted(RunId runId, int attempt, HostId hostId);
}

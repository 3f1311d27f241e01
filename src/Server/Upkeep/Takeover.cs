using System.Collections.Concurrent;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Carries on runs that nobody moves although there is cause to: their prompt has left its host's queue, or the host has left. Whoever
/// listened, or was in the middle of a step, died or lost a signal. Every process that can drive runs looks, at what it knows anyway;
/// storage is asked only in doubt.
/// </summary>
public sealed partial class Takeover(
    HostStore hosts, HostSentinel sentinel, RunsInHand hands, ProcessStore processes, RunStore runs, IRunDriver driver, TimeProvider clock,
    ILogger<Takeover> logger)
    : RecurringService(clock, logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    // A younger slot's prompt is still on its way to its host, as a rule.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    // Whoever heard of it has taken the run in hand by then, and a process that has a run in hand for long has said so: see ProcessBeat.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    // What was seen of a queue so long ago says nothing of now.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<Lease, Stray> strays = new();

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(LookInterval, Clock, stoppingToken);
        await LookAsync(stoppingToken);
    }

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!driver.IsReady)
        {
            return;
        }

        var now = Clock.GetUtcNow();
        var stray = (from host in hosts.Known from slot in host.Leases where IsStray(host, slot, now) select slot.On(host.Id)).ToHashSet();
        foreach (var found in strays.Keys.Where(l => !stray.Contains(l)))
        {
            strays.TryRemove(found, out _);
        }

        Lease[] due = [.. stray.Where(l => now - strays.GetOrAdd(l, new Stray(now, now)).ConsideredAt >= Patience && !hands.Has(l.Run))];
        if (due.Length == 0)
        {
            return;
        }

        var inHand = (await processes.LivingAsync(cancellationToken)).SelectMany(p => p.InHand).ToHashSet(StringComparer.Ordinal);
        foreach (var lease in due)
        {
            var known = strays[lease];
            strays[lease] = known with { ConsideredAt = now }; // Once in a while, not every second.
            if (!inHand.Contains(lease.Run.Value) && await TakeOverAsync(lease, now - known.Since, now, cancellationToken))
            {
                strays[lease] = new(now, now);
            }
        }
    }

    private bool IsStray(PoolHost host, HeldSlot slot, DateTimeOffset now)
    {
        if (now - slot.At <= Settled)
        {
            return false;
        }

        var signs = sentinel.SignsOf(host.Id);
        return host.Status is HostStatus.Offline
            || (signs.LookedAt is { } at && at > slot.At && now - at < Fresh && !signs.Has(slot.On(host.Id).Prompt));
    }

    private async Task<bool> TakeOverAsync(Lease lease, TimeSpan stray, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(lease.Run, cancellationToken) is not { } run || NewsFor(run, lease, stray, now) is not { } news)
        {
            return false;
        }

        // The row decides which of several processes takes it.
        if (now - run.TakenOverAt < Patience || !(await runs.UpdateAsync(run with { TakenOverAt = now }, cancellationToken)).Written)
        {
            return false;
        }

        RunTakenOver(run.Id, run.State.GetType().Name, lease.Host);
        await driver.TakeOverAsync(run.Id, news, cancellationToken);
        return true;
    }

    // A run that rests between two tries has a time of its own for the next one. What no longer needs its slot is the sweep's.
    private static RunEvent? NewsFor(RunRecord run, Lease lease, TimeSpan stray, DateTimeOffset now)
    {
        var isOverdue = stray >= run.Limits.LongestRetry + Patience;
        return run.State switch
        {
            RunState.Waiting s when s.Placement.Attempt == lease.Attempt => new RunEvent.Granted(lease, now),
            RunState.Placing s when s.Placement.Attempt == lease.Attempt && (s.Failures == 0 || isOverdue) =>
                new RunEvent.DeadlinePassed(now),
            RunState.Executing s when s.Lease == lease => new RunEvent.DeadlinePassed(now),
            RunState.Collecting or RunState.Leaving or RunState.Stopping when RunProcess.LeaseOf(run.State) == lease && isOverdue =>
                new RunEvent.DeadlinePassed(now),
            _ => null,
        };
    }

    [LoggerMessage(EventIds.TakeoverRunTakenOver, LogLevel.Warning,
        "Run {RunId} had been left {State} on {HostId}; it is carried on here.")]
    private partial void RunTakenOver(RunId runId, string state, HostId hostId);

    /// <param name="Since">Since when there is cause to move the run, as far as this process has seen.</param>
    private sealed record Stray(DateTimeOffset Since, DateTimeOffset ConsideredAt);
}

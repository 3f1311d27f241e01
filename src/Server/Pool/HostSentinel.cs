using System.Collections.Concurrent;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Gathers the signs of life of the hosts that this process listens to, and acts when one answers but does not get on, or is busy with
/// other people's work.
/// </summary>
public sealed class HostSentinel(HostStore hosts, PromptWatch watch, HostHealth health, IRunSignals signals, DispatchBell bell,
    ComfyFuncOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<HostId, HostSigns> signs = new();
    private readonly ConcurrentDictionary<HostId, DateTimeOffset> seen = new();

    public HostSigns SignsOf(HostId host) => signs.GetValueOrDefault(host, HostSigns.None);

    /// <summary>When this process last had an answer or an event of the host.</summary>
    public DateTimeOffset? LastSeen(HostId host) => seen.TryGetValue(host, out var at) ? at : null;

    /// <summary>
    /// How many prompts the host executes before this one, as this process saw it last; <see langword="null"/> when it does not stand in
    /// the host's queue.
    /// </summary>
    public int? PlaceOf(Lease lease) =>
        SignsOf(lease.Host) is var known && known.Pending.IndexOf(lease.Prompt) is var place and >= 0
        ? place + (known.Running is null ? 0 : 1) : null;

    public void Progressed(HostId host, PromptId prompt)
    {
        seen[host] = clock.GetUtcNow();
        signs.AddOrUpdate(host, _ => HostSigns.None.Progressed(prompt, clock.GetUtcNow()),
            (_, known) => known.Progressed(prompt, clock.GetUtcNow()));
    }

    /// <summary>The connection is new, or gone: what was seen before says nothing of now.</summary>
    public void Forget(HostId host) => signs.TryRemove(host, out _);

    public async Task LookedAsync(HostId id, QueueView queue, bool isHearing, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        seen[id] = now;
        PromptId? running = queue.Running.IsEmpty ? null : queue.Running[0];
        var before = SignsOf(id);
        var (looked, foreign) = before.Looked(running, queue.Pending, isHearing, now, queue.IsRunningAudible)
            .Told(hosts.Find(id)?.Leases.Select(l => l.On(id).Prompt) ?? []);
        signs[id] = looked;
        if (hosts.Find(id) is not { } host)
        {
            return;
        }

        await ShareAsync(host, looked, foreign,
            hasMoved: before.Running is not null && before.Running != looked.Running, cancellationToken);
        if (host.Status is HostStatus.Quarantined && !host.IsOnTrial(now))
        {
            return;
        }

        var slot = host.Leases.FirstOrDefault(l => l.On(id).Prompt == running);
        switch (StuckRules.Judge(looked, slot, watch.LeaseOf(running) is not null, host.IsOnTrial(now), options.Health, now))
        {
            case Verdict.Zombie zombie:
                await health.QuarantineAsync(id, zombie.Reason, cancellationToken);
                break;
            case Verdict.Stuck when slot is not null:
                Progressed(id, running!.Value); // A prompt that is stuck is running. It gets its time to react before it is told again.
                await signals.SignalAsync(slot.Run, new RunEvent.Stuck(slot.Attempt, now), cancellationToken);
                break;
            default:
                await MakeWayAsync(id, looked, foreign, cancellationToken);
                break;
        }
    }

    // Written only when it changes: what this process has seen, the schedulers of all others are to know.
    private async Task ShareAsync(PoolHost host, HostSigns looked, int foreign, bool hasMoved, CancellationToken cancellationToken)
    {
        if (foreign == (host.Foreign?.Prompts ?? 0) && !(hasMoved && foreign > 0))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var since = host.Foreign is { } known && !hasMoved ? known.Since : looked.MovedAt;
        await hosts.UpdateAsync(host.Id,
            h => HealthRules.Shared(h, foreign == 0 ? null : new(foreign, since < now ? since : now)), cancellationToken);
        bell.Ring();
    }

    // Runs that stand behind other people's work which does not move go to a host that is free, as long as there is one.
    private async Task MakeWayAsync(HostId id, HostSigns looked, int foreign, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!looked.IsForeign(foreign) || now - looked.MovedAt < options.Health.ZombieAfter || hosts.Find(id) is not { } host)
        {
            return;
        }

        var free = hosts.Known.Where(h => h.Id != id && h.Status is HostStatus.Ready).Sum(h => h.OpenSlots(now));
        foreach (var slot in host.Leases.Where(l => looked.Pending.Contains(l.On(id).Prompt)).Take(free))
        {
            await signals.SignalAsync(slot.Run, new RunEvent.Blocked(slot.Attempt, now), cancellationToken);
        }
    }
}

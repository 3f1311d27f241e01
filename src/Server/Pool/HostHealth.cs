using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Writes down how hosts fare, by the rules of <see cref="HealthRules"/>, and tells the runs on a host that is given up to go on elsewhere.
/// </summary>
public sealed partial class HostHealth(
    HostStore hosts, PromptWatch watch, IRunSignals signals, DispatchBell bell, ComfyFuncOptions options, TimeProvider clock,
    ILogger<HostHealth> logger)
{
    /// <summary>The host does not answer. This process's runs there are told; those of others are told by theirs.</summary>
    /// <param name="why">One sentence about the host, where the reason is known.</param>
    public async Task LostAsync(HostId id, string? why, CancellationToken cancellationToken)
    {
        var leases = watch.On(id).ToArray();
        var begun = leases.Where(watch.HasBegun).ToArray();
        await hosts.UpdateAsync(id,
            h => HealthRules.Lost(h, h.Leases.Where(s => begun.Contains(s.On(id))), why ?? "It does not answer as a ComfyUI server.",
                clock.GetUtcNow()), cancellationToken);
        await TellAsync(id, leases, begun, stillAnswers: false, cancellationToken);
        bell.Ring();
    }

    public async Task ReturnedAsync(HostId id, CancellationToken cancellationToken)
    {
        await hosts.UpdateAsync(id, h => HealthRules.Returned(h, options.Health, clock.GetUtcNow()), cancellationToken);
        foreach (var orphan in hosts.Find(id)?.Orphans ?? [])
        {
            if (await watch.TakeOffAsync(id, orphan, cancellationToken))
            {
                await hosts.UpdateAsync(id,
                    h => h.Orphans.Contains(orphan) ? h with { Orphans = h.Orphans.Remove(orphan) } : h, cancellationToken);
            }
        }

        bell.Ring();
    }

    /// <summary>It answers but does not get on with its work: it gets no more, and what it has goes elsewhere.</summary>
    public async Task QuarantineAsync(HostId id, string reason, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        Lease[] leases = [];
        Lease[] begun = [];
        await hosts.UpdateAsync(
            id,
            h =>
            {
                leases = [.. h.Leases.Select(l => l.On(id))];
                // The first in line is what its worker stopped at, unless somebody else's was before it.
                begun = h.Foreign is null ? [.. leases.Take(1)] : [];
                return HealthRules.Suspected(HealthRules.Quarantined(h, reason, options.Health.StuckRest, options.Health, now),
                    h.Leases.Take(begun.Length), now);
            },
            cancellationToken);
        HostQuarantined(id, reason);
        await TellAsync(id, leases, begun, stillAnswers: true, cancellationToken);
        bell.Ring();
    }

    /// <summary>The host is taken out of the pool: whoever holds a slot of it goes elsewhere.</summary>
    public Task GiveUpAsync(PoolHost host, CancellationToken cancellationToken)
    {
        Lease[] leases = [.. host.Leases.Select(l => l.On(host.Id))];
        return TellAsync(host.Id, leases, [.. leases.Where(watch.HasBegun)], stillAnswers: true, cancellationToken);
    }

    /// <summary>A run that was to warm the host up, or to prove it, did not go well.</summary>
    public Task WarmUpFailedAsync(HostId id, string why, CancellationToken cancellationToken) => hosts.UpdateAsync(
        id, h => HealthRules.Quarantined(h, $"Its warm-up failed: {why}", options.Health.FirstRest, options.Health, clock.GetUtcNow()),
        cancellationToken);

    /// <summary>A run that failed on a doubted host has ended on another one.</summary>
    public Task JudgeAsync(HostId id, bool isToBlame, CancellationToken cancellationToken) =>
        hosts.UpdateAsync(id,
            h => isToBlame ? HealthRules.Accused(h, options.Health, clock.GetUtcNow()) : HealthRules.Cleared(h), cancellationToken);

    /// <summary>The run's attempt no longer needs its slot; how it ended is a lesson.</summary>
    public async Task EndedAsync(AttemptEnd end, CancellationToken cancellationToken)
    {
        watch.Forget(end.Lease);
        await hosts.UpdateAsync(end.Lease.Host, h => end.Over(h, options.Health, clock.GetUtcNow()), cancellationToken);
        bell.Ring();
    }

    private async Task TellAsync(HostId id, Lease[] leases, Lease[] begun, bool stillAnswers, CancellationToken cancellationToken)
    {
        foreach (var lease in leases)
        {
            await signals.SignalAsync(lease.Run,
                new RunEvent.HostLost(id, begun.Contains(lease), clock.GetUtcNow(), stillAnswers), cancellationToken);
        }
    }

    [LoggerMessage(EventIds.HostQuarantined, LogLevel.Warning, "Host {HostId} was quarantined: {Reason}")]
    private partial void HostQuarantined(HostId hostId, string reason);
}

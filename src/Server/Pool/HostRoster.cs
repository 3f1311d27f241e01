using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>Who belongs to the pool: takes in what is configured, lets go of what no longer is, and forgets who stays away.</summary>
public sealed partial class HostRoster(HostStore hosts, HostDoors doors, ComfyFuncOptions options, TimeProvider clock,
    ILogger<HostRoster> logger)
{
    /// <summary>The pool as it was last read.</summary>
    public ImmutableArray<PoolHost> Known => hosts.Known;

    /// <summary>
    /// Registers the configured hosts. A host that is known stays as it is: that a process starts is no sign that
    /// a host is well.
    /// </summary>
    public async Task JoinConfiguredAsync(CancellationToken cancellationToken)
    {
        foreach (var host in options.Hosts)
        {
            var valid = HostRegistration.From(host);
            valid = valid with { SealedDoor = await doors.SealAsync(valid.Id, valid.Door, cancellationToken) };
            await hosts.PutAsync(
                valid.Id, known => (known is null ? valid.Over(null, clock.GetUtcNow()) : valid.Described(known)) with
                { IsConfigured = true }, cancellationToken);
        }

        await LetGoAsync(cancellationToken);
    }

    // What an earlier configuration named and this one does not has been taken out by whoever wrote it.
    private async Task LetGoAsync(CancellationToken cancellationToken)
    {
        var named = options.Hosts.Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var host in (await hosts.RefreshAsync(cancellationToken)).Where(h => h.IsConfigured && !named.Contains(h.Id.Value)))
        {
            HostNoLongerConfigured(host.Id);
            await hosts.UpdateAsync(
                host.Id, h => h with
                {
                    Status = HostStatus.Draining,
                    Reason = "The configuration no longer names it.",
                    RetryAt = null,
                    IsLeaving = true
                }, cancellationToken);
        }
    }

    /// <summary>Reads the pool anew, without those that it has just forgotten.</summary>
    public async Task<ImmutableArray<PoolHost>> RefreshAsync(CancellationToken cancellationToken) =>
        await ForgetAsync(await hosts.RefreshAsync(cancellationToken), cancellationToken);

    // Hosts that come and go by themselves leave no trace for ever.
    private async Task<ImmutableArray<PoolHost>> ForgetAsync(ImmutableArray<PoolHost> pool, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var gone = pool.Where(h => h.Leases.IsEmpty
            && (h.IsLeaving || (h is { Status: HostStatus.Offline, HeartbeatAt: { } at } && now - at > options.ForgetHostsAfter)))
            .ToArray();
        foreach (var host in gone)
        {
            HostForgotten(host.Id);
            await hosts.DeleteAsync(host.Id, cancellationToken);
        }

        return pool.RemoveRange(gone);
    }

    [LoggerMessage(EventIds.HostForgotten, LogLevel.Information,
        "Host {HostId} was taken out of the pool: it has been away for long, or is no longer configured.")]
    private partial void HostForgotten(HostId hostId);

    [LoggerMessage(EventIds.HostNoLongerConfigured, LogLevel.Information,
        "The configuration no longer names host {HostId}; it takes no new work.")]
    private partial void HostNoLongerConfigured(HostId hostId);
}

using ComfyFunc.Comfy;

namespace ComfyFunc.Pool;

/// <summary>Learns what a host is: its version, its memory, its nodes and models.</summary>
public sealed class HostProbe(HostStore hosts, HostCatalogs catalogs, HostConnections connections, HostHealth health, TimeProvider clock)
{
    /// <summary>Asks the host and writes what it says into its row.</summary>
    /// <returns><see langword="false"/> when it does not answer as a ComfyUI server does.</returns>
    public async Task<bool> ProbeAsync(HostId id, CancellationToken cancellationToken)
    {
        if (connections.Find(id)?.Client is not { } client
            || await client.GetSystemStatsAsync(cancellationToken) is not { } stats
            || await client.GetCatalogAsync(cancellationToken) is not { } objectInfo)
        {
            return false;
        }

        var catalog = await catalogs.KeepAsync(objectInfo, cancellationToken);
        var now = clock.GetUtcNow();
        await hosts.UpdateAsync(id, h => Learned(h, stats, catalog.Hash) is var learned && learned == h ? h : learned with { LastSeenAt = now }, cancellationToken);
        await health.ReturnedAsync(id, cancellationToken);
        return true;
    }

    private static PoolHost Learned(PoolHost host, SystemStats stats, string catalog) => host with
    {
        VramBytes = stats.VramBytes,
        ComfyVersion = stats.ComfyVersion,
        CatalogHash = catalog,
    };
}

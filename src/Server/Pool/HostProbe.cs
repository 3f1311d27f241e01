using System.Collections.Concurrent;
using System.Security.Cryptography;
using ComfyFunc.Comfy;

namespace ComfyFunc.Pool;

/// <summary>Learns what a host is: its version, its memory, its nodes and models.</summary>
public sealed class HostProbe(HostStore hosts, HostCatalogs catalogs, HostConnections connections, HostHealth health, TimeProvider clock)
{
    private readonly ConcurrentDictionary<HostId, (string Raw, string Catalog)> answers = new();

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

    /// <summary>Reads the host's node catalog again. An answer that is the same to the byte costs no more than its hash.</summary>
    /// <returns>The hash of the catalog as it is now; <see langword="null"/> when it could not be read.</returns>
    public async Task<string?> LookAgainAsync(HostId id, CancellationToken cancellationToken)
    {
        if (connections.Find(id)?.Client is not { } client || await client.GetCatalogAsync(cancellationToken) is not { } objectInfo)
        {
            return null;
        }

        var raw = Convert.ToHexStringLower(SHA256.HashData(objectInfo));
        if (answers.TryGetValue(id, out var known) && known.Raw == raw && hosts.Find(id)?.CatalogHash == known.Catalog)
        {
            return known.Catalog;
        }

        var catalog = await catalogs.KeepAsync(objectInfo, cancellationToken);
        answers[id] = (raw, catalog.Hash);
        await hosts.UpdateAsync(id, h => h.CatalogHash == catalog.Hash ? h : h with { CatalogHash = catalog.Hash }, cancellationToken);
        return catalog.Hash;
    }

    private static PoolHost Learned(PoolHost host, SystemStats stats, string catalog) => host with
    {
        VramBytes = stats.VramBytes,
        ComfyVersion = stats.ComfyVersion,
        CatalogHash = catalog,
    };
}

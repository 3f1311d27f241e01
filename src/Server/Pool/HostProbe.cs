using System.Collections.Concurrent;
using System.Security.Cryptography;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;

namespace ComfyFunc.Server.Pool;

/// <summary>Learns what a host is: its version, its memory, its nodes and models, and what it takes.</summary>
public sealed class HostProbe(HostStore hosts, HostCatalogs catalogs, HostConnections connections, HostHealth health, TimeProvider clock)
{
    // A catalog is some megabytes: one that is of no use is not asked for all the time.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<HostId, DateTimeOffset> due = new();
    private readonly ConcurrentDictionary<HostId, (string Raw, string Catalog)> answers = new();
    private int expected;

    /// <summary>
    /// Whether the host should be asked now: it has not said yet what it is, was of no use when it was asked, or was told anew.
    /// </summary>
    public bool IsDue(PoolHost host) =>
        due.TryGetValue(host.Id, out var at) ? at <= clock.GetUtcNow() : host.CatalogHash is null || connections.Find(host.Id) is null;

    /// <summary>Somebody has said something of the host: it is to be asked at once.</summary>
    // Long ago, and never the same twice.
    public void Expect(HostId id) => due[id] = DateTimeOffset.MinValue.AddTicks(Interlocked.Increment(ref expected));

    /// <summary>Asks the host and writes what it says into its row.</summary>
    /// <returns>Why it is of no use; <see langword="null"/> when it answers as a ComfyUI server does.</returns>
    public async Task<HostFault?> ProbeAsync(HostId id, CancellationToken cancellationToken)
    {
        var connection = connections.Find(id);
        var wasDue = due.TryGetValue(id, out var at);
        var fault = await LearnAsync(id, cancellationToken);
        if (fault is null)
        {
            // Whoever has told the host anew meanwhile wants it asked anew, and what came over the old connection is no answer to that.
            if (wasDue)
            {
                due.TryRemove(KeyValuePair.Create(id, at));
            }

            if (connections.Find(id) == connection)
            {
                await health.ReturnedAsync(id, cancellationToken);
            }
        }
        else
        {
            due[id] = clock.GetUtcNow() + Rest;
        }

        return fault;
    }

    /// <summary>Reads the host's node catalog again. An answer that is the same to the byte costs no more than its hash.</summary>
    /// <returns>The hash of the catalog as it is now; <see langword="null"/> when it could not be read.</returns>
    public async Task<string?> LookAgainAsync(HostId id, CancellationToken cancellationToken)
    {
        if (connections.Find(id)?.Client is not { } client
            || await client.GetCatalogAsync(cancellationToken) is not CatalogReply.Read { Json: var json })
        {
            return null;
        }

        var raw = Convert.ToHexStringLower(SHA256.HashData(json.Span));
        if (answers.TryGetValue(id, out var known) && known.Raw == raw && hosts.Find(id)?.CatalogHash == known.Catalog)
        {
            return known.Catalog;
        }

        var catalog = await catalogs.KeepAsync(json, cancellationToken);
        answers[id] = (raw, catalog.Hash);
        await hosts.UpdateAsync(id, h => h.CatalogHash == catalog.Hash ? h : h with { CatalogHash = catalog.Hash }, cancellationToken);
        return catalog.Hash;
    }

    private async Task<HostFault?> LearnAsync(HostId id, CancellationToken cancellationToken)
    {
        if (connections.Find(id)?.Client is not { } client)
        {
            return new(HostFaultKind.Unreadable, hosts.Find(id)?.Door is null ? null : HostDoors.Unreadable);
        }

        var stats = await client.GetSystemStatsAsync(cancellationToken);
        if (stats.Value is null)
        {
            return stats.Fault;
        }

        switch (await client.GetCatalogAsync(cancellationToken))
        {
            case CatalogReply.Read { Json: var json }:
                var catalog = await catalogs.KeepAsync(json, cancellationToken);
                var features = await client.GetFeaturesAsync(cancellationToken);
                var now = clock.GetUtcNow();
                await hosts.UpdateAsync(id, h => Learned(h, stats.Value, features, catalog.Hash) is var learned && learned == h ? h
                    : learned with { LastSeenAt = now }, cancellationToken);
                return null;
            case CatalogReply.Unauthorized { Detail: var detail }:
                return new(HostFaultKind.Unauthorized, detail);
            case CatalogReply.Unreadable { Detail: var detail }:
                return new(HostFaultKind.Unreadable, detail);
            case CatalogReply.NoAnswer { Detail: var detail }:
                return new(HostFaultKind.NoAnswer, detail);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static PoolHost Learned(PoolHost host, SystemStats stats, HostFeatures features, string catalog) => host with
    {
        VramBytes = stats.VramBytes,
        ComfyVersion = stats.ComfyVersion,
        CatalogHash = catalog,
        MaxUploadBytes = features.MaxUploadBytes,
    };
}

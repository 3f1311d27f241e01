using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// The node catalogs of the pool's hosts: kept as blobs under their hashes, and at hand once read. Each model that is copied to a host
/// makes a new one of some megabytes: those that no host has had for hours are forgotten, and their blobs removed by
/// <see cref="HostCatalogSweep"/>.
/// </summary>
public sealed class HostCatalogs(IBlobStore blobs, TimeProvider clock)
{
    internal const string Folder = "hosts/catalogs/";
    private const int LargestCatalog = 256 << 20;

    /// <summary>How long one that no host has any more is kept.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromHours(3);

    // A host may come back with what another process is just about to remove.
    private static readonly TimeSpan Trust = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Entry> known = new();

    /// <summary>The catalog if this process has read it.</summary>
    public NodeCatalog? Find(string? hash) => hash is not null && known.TryGetValue(hash, out var entry) ? entry.Catalog : null;

    public async ValueTask<NodeCatalog?> GetAsync(string hash, CancellationToken cancellationToken)
    {
        if (Find(hash) is { } catalog)
        {
            return catalog;
        }

        // Older versions stored what hosts wrote as it was.
        return await blobs.ReadBytesAsync(BlobOf(hash), LargestCatalog, cancellationToken) is { } bytes
            ? Remember(hash, NodeCatalog.Read(HostJson.Repair(bytes))) : null;
    }

    /// <summary>Stores what a host's <c>/object_info</c> answered, under the hash of what it says.</summary>
    /// <param name="objectInfo">Plain JSON, as the client hands it over.</param>
    public async Task<NodeCatalog> KeepAsync(ReadOnlyMemory<byte> objectInfo, CancellationToken cancellationToken)
    {
        var catalog = NodeCatalog.Read(objectInfo);
        if (known.TryGetValue(catalog.Hash, out var same) && clock.GetUtcNow() - same.StoredAt < Trust)
        {
            return same.Catalog;
        }

        await blobs.PutBytesAsync(BlobOf(catalog.Hash), objectInfo, "application/json", cancellationToken);
        return Remember(catalog.Hash, same?.Catalog ?? catalog);
    }

    /// <summary>Lets go of what this process has at hand and no host has had for long.</summary>
    public void Forget(ImmutableArray<PoolHost> pool)
    {
        var (now, had) = (clock.GetUtcNow(), HashesOf(pool));
        foreach (var (hash, entry) in known)
        {
            if (had.Contains(hash))
            {
                entry.HadAt = now;
            }
            else if (now - entry.HadAt > Patience)
            {
                known.TryRemove(hash, out _);
            }
        }
    }

    private NodeCatalog Remember(string hash, NodeCatalog catalog)
    {
        var now = clock.GetUtcNow();
        known[hash] = new(catalog, now) { HadAt = now };
        return catalog;
    }

    internal static HashSet<string> HashesOf(ImmutableArray<PoolHost> pool) =>
        pool.Select(h => h.CatalogHash).OfType<string>().ToHashSet(StringComparer.Ordinal);

    internal static string BlobOf(string hash) => $"{Folder}{hash}.json";

    /// <param name="StoredAt">When the blob was last written.</param>
    private sealed record Entry(NodeCatalog Catalog, DateTimeOffset StoredAt)
    {
        /// <summary>When a host was last seen to have it, or somebody read it.</summary>
        public DateTimeOffset HadAt { get; set; }
    }
}

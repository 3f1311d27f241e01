using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// The node catalogs of the pool's hosts: kept as blobs under their hashes, and at hand once read. Each model that is copied to a host
/// makes a new one of some megabytes: those that no host has had for hours are forgotten.
/// </summary>
public sealed class HostCatalogs(IBlobStore blobs, TimeProvider clock)
{
    private const int LargestCatalog = 256 << 20;
    private const string Folder = "hosts/catalogs/";
    private const string Marks = "hosts/unused-catalogs/";
    private const string Extension = ".json";
    private const string MarkFormat = "yyyyMMddHHmmss";

    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);

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

        await blobs.PutIfAbsentAsync(BlobOf(catalog.Hash), objectInfo, "application/json", cancellationToken);
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

    /// <summary>
    /// Removes the blobs that no host has had for long. When one is first seen without a host, is noted beside: it is hardly ever the same
    /// process that looks again.
    /// </summary>
    public async Task SweepAsync(ImmutableArray<PoolHost> pool, CancellationToken cancellationToken)
    {
        var (now, had) = (clock.GetUtcNow(), HashesOf(pool));
        var marks = (await NamesAsync(Marks, cancellationToken)).ToLookup(m => m.Split('.')[0], StringComparer.Ordinal);
        foreach (var name in await NamesAsync(Folder, cancellationToken))
        {
            var hash = name[..^Extension.Length];
            if (!had.Contains(hash) && !marks.Contains(hash))
            {
                await blobs.PutBytesAsync($"{Marks}{hash}.{now.UtcDateTime.ToString(MarkFormat, CultureInfo.InvariantCulture)}",
                    ReadOnlyMemory<byte>.Empty, "text/plain", cancellationToken);
            }
        }

        foreach (var of in marks)
        {
            var isOld = of.Min(MarkedAt) < now - Patience;
            if (isOld && !had.Contains(of.Key))
            {
                await blobs.DeleteAsync(BlobOf(of.Key), cancellationToken);
            }

            if (isOld || had.Contains(of.Key))
            {
                await blobs.DeletePrefixAsync($"{Marks}{of.Key}.", cancellationToken);
            }
        }
    }

    private NodeCatalog Remember(string hash, NodeCatalog catalog)
    {
        var now = clock.GetUtcNow();
        known[hash] = new(catalog, now) { HadAt = now };
        return catalog;
    }

    private async Task<string[]> NamesAsync(string folder, CancellationToken cancellationToken) =>
        await blobs.ListAsync(folder, cancellationToken).Select(f => f.Name[folder.Length..]).ToArrayAsync(cancellationToken);

    private static DateTimeOffset MarkedAt(string mark) => DateTimeOffset.ParseExact(
        mark[(mark.IndexOf('.', StringComparison.Ordinal) + 1)..], MarkFormat, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal);

    private static HashSet<string> HashesOf(ImmutableArray<PoolHost> pool) =>
        pool.Select(h => h.CatalogHash).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private static string BlobOf(string hash) => $"{Folder}{hash}{Extension}";

    /// <param name="StoredAt">When the blob was last seen or written.</param>
    private sealed record Entry(NodeCatalog Catalog, DateTimeOffset StoredAt)
    {
        /// <summary>When a host was last seen to have it, or somebody read it.</summary>
        public DateTimeOffset HadAt { get; set; }
    }
}

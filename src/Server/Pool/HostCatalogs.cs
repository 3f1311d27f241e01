using System.Collections.Concurrent;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Pool;

/// <summary>The node catalogs of the pool's hosts: kept as blobs under their hashes, and at hand once read.</summary>
public sealed class HostCatalogs(IBlobStore blobs)
{
    private const int LargestCatalog = 256 << 20;

    private readonly ConcurrentDictionary<string, NodeCatalog> known = new();

    /// <summary>The catalog if this process has read it.</summary>
    public NodeCatalog? Find(string? hash) => hash is not null && known.TryGetValue(hash, out var catalog) ? catalog : null;

    public async ValueTask<NodeCatalog?> GetAsync(string hash, CancellationToken cancellationToken)
    {
        if (Find(hash) is { } catalog)
        {
            return catalog;
        }

        // Older versions stored what hosts wrote as it was.
        return await blobs.ReadBytesAsync(BlobOf(hash), LargestCatalog, cancellationToken) is { } bytes
            ? known[hash] = NodeCatalog.Read(HostJson.Repair(bytes)) : null;
    }

    /// <summary>Stores what a host's <c>/object_info</c> answered, under the hash of what it says.</summary>
    /// <param name="objectInfo">Plain JSON, as the client hands it over.</param>
    public async Task<NodeCatalog> KeepAsync(ReadOnlyMemory<byte> objectInfo, CancellationToken cancellationToken)
    {
        var catalog = NodeCatalog.Read(objectInfo);
        if (Find(catalog.Hash) is { } same)
        {
            return same;
        }

        await blobs.PutBytesAsync(BlobOf(catalog.Hash), objectInfo, "application/json", cancellationToken);
        return known[catalog.Hash] = catalog;
    }

    private static string BlobOf(string hash) => $"hosts/catalogs/{hash}.json";
}

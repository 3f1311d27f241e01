using BitFaster.Caching.Lru;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// The node catalogs that runs are read with: of each workflow one for each state that the pool has been in. Who lets a run refer to one
/// writes it anew, as <see cref="RunCatalogSweep"/> removes what was written long ago.
/// </summary>
public sealed class RunCatalogs(WorkflowStore workflows, IBlobStore blobs, TimeProvider clock)
{
    /// <summary>How long ago it may have been written when a run comes to refer to it.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromHours(12);

    private const int MostKept = 1000;
    private const int Largest = 256 << 20;

    private readonly ConcurrentLru<string, DateTimeOffset> written = new(MostKept);

    /// <summary>Stores a catalog that runs are going to refer to.</summary>
    public async Task KeepAsync(NodeCatalog catalog, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await workflows.KeepAsync(catalog, cancellationToken);
        written.AddOrUpdate(catalog.Hash, now);
    }

    /// <summary>Sees to it that one that is stored stays, as another run is going to refer to it.</summary>
    public async ValueTask HoldAsync(string hash, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (written.TryGet(hash, out var at) && now - at < Trust)
        {
            return;
        }

        // Where it is gone, whoever reads it says so.
        if (await blobs.ReadBytesAsync(WorkflowStore.CatalogBlob(hash), Largest, cancellationToken) is { } json)
        {
            await blobs.PutBytesAsync(WorkflowStore.CatalogBlob(hash), json, "application/json", cancellationToken);
            written.AddOrUpdate(hash, now);
        }
    }
}

using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Sync;

/// <summary>The Sync table: one row a host.</summary>
public sealed class HostSyncStore(IDocumentTables tables)
{
    private const string Partition = "host";

    private readonly IDocumentTable table = tables["sync"];

    /// <summary>The row, or that of a host that was given nothing yet.</summary>
    public async Task<HostSync> FindAsync(HostId host, CancellationToken cancellationToken) =>
        Read(host, await table.FindAsync(Partition, KeyOf(host), cancellationToken));

    /// <summary>Changes the row over whatever others write meanwhile. What is answered unchanged is not written.</summary>
    public Task UpdateAsync(HostId host, Func<HostSync, HostSync> change, CancellationToken cancellationToken) =>
        table.ChangeAsync<HostSync>(Partition, KeyOf(host), $"what the host '{host}' was given", row => change(row ?? New(host)),
            cancellationToken);

    /// <summary>Forgets hosts that are not in the pool and of which nothing has changed for long.</summary>
    public async Task ForgetAsync(Func<HostId, bool> isInPool, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var row = StoredJson.Read<HostSync>(document.Json);
            if (!isInPool(row.Host) && row.At < before)
            {
                await table.DeleteAsync(Partition, document.Row, document.ETag, cancellationToken);
            }
        }
    }

    private static HostSync Read(HostId host, Document? document) =>
        document is null ? New(host) : StoredJson.Read<HostSync>(document.Json);

    private static HostSync New(HostId host) => new() { Host = host };

    private static string KeyOf(HostId host) => TableKey.Escape(host.Value);
}

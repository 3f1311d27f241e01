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
    public async Task UpdateAsync(HostId host, Func<HostSync, HostSync> change, CancellationToken cancellationToken)
    {
        var tries = new WriteTries($"what the host '{host}' was given");
        while (true)
        {
            var document = await table.FindAsync(Partition, KeyOf(host), cancellationToken);
            var before = Read(host, document);
            var after = change(before);
            if (after == before)
            {
                return;
            }

            var next = new Document(Partition, KeyOf(host), StoredJson.Write(after)) { ETag = document?.ETag ?? "" };
            if (await (document is null ? table.InsertAsync(next, cancellationToken)
                : table.ReplaceAsync(next, cancellationToken)) is WriteReply.Written)
            {
                return;
            }

            tries.Lost();
        }
    }

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
        document is null ? new() { Host = host } : StoredJson.Read<HostSync>(document.Json);

    private static string KeyOf(HostId host) => TableKey.Escape(host.Value);
}

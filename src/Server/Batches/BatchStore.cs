using System.Collections.Immutable;
using System.Text;
using ComfyFunc.Runs;
using ComfyFunc.Storage;

namespace ComfyFunc.Batches;

/// <summary>The Batches table, and a blob for each with what its calls say.</summary>
public sealed class BatchStore(IDocumentTables tables, IBlobStore blobs, ComfyFuncOptions options, TimeProvider clock)
{
    private const string Partition = "batch";
    private const int LargestBlob = 1 << 30;

    private readonly IDocumentTable table = tables["batches"];

    public async Task InsertAsync(Batch batch, BatchCalls calls, CancellationToken cancellationToken)
    {
        await blobs.PutBytesAsync(BlobOf(batch.Id), Encoding.UTF8.GetBytes(ServerJson.Write(calls)), "application/json", cancellationToken);
        await table.UpsertAsync(ToDocument(batch), cancellationToken);
    }

    public async Task<Batch?> FindAsync(string id, CancellationToken cancellationToken) =>
        RunId.TryParse(id, out var valid) && await table.FindAsync(Partition, valid.Value, cancellationToken) is { } document ? FromDocument(document) : null;

    public async Task<BatchCalls> CallsAsync(Batch batch, CancellationToken cancellationToken) =>
        ServerJson.Read<BatchCalls>(Encoding.UTF8.GetString(await blobs.ReadBytesAsync(BlobOf(batch.Id), LargestBlob, cancellationToken) ?? throw new InvalidDataException($"The calls of batch {batch.Id} are gone.")));

    /// <summary>Those that are not done.</summary>
    public async Task<ImmutableArray<Batch>> OpenAsync(CancellationToken cancellationToken)
    {
        var open = ImmutableArray.CreateBuilder<Batch>();
        await foreach (var document in table.QueryAsync(new DocumentQuery { Partition = Partition, Where = RunFilter.Open, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            open.Add(FromDocument(document));
        }

        return open.ToImmutable();
    }

    /// <summary>Applies a change to the row as it is now, over whatever others write meanwhile.</summary>
    public async Task<Batch?> ChangeAsync(string id, Func<Batch, Batch> change, CancellationToken cancellationToken)
    {
        while (await FindAsync(id, cancellationToken) is { } batch)
        {
            if (await TryWriteAsync(change(batch), cancellationToken) is { } written)
            {
                return written;
            }
        }

        return null;
    }

    /// <returns>The row as written, or <see langword="null"/> when somebody else was faster.</returns>
    public async Task<Batch?> TryWriteAsync(Batch batch, CancellationToken cancellationToken) =>
        await table.ReplaceAsync(ToDocument(batch), cancellationToken) is WriteReply.Written written ? batch with { ETag = written.ETag } : null;

    /// <summary>Removes batches whose runs are past their retention.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await foreach (var document in table.QueryAsync(new DocumentQuery { Partition = Partition, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var batch = FromDocument(document);
            if (batch.IsDone && clock.GetUtcNow() - batch.CreatedAt > options.Retention + TimeSpan.FromDays(1))
            {
                await blobs.DeleteAsync(BlobOf(batch.Id), cancellationToken);
                await table.DeleteAsync(Partition, document.Row, document.ETag, cancellationToken);
            }
        }
    }

    private static Document ToDocument(Batch batch) => new(Partition, batch.Id, ServerJson.Write(batch))
    {
        ETag = batch.ETag,
        Columns = ImmutableDictionary<string, object>.Empty.Add("Open", !batch.IsDone),
    };

    private static Batch FromDocument(Document document) => ServerJson.Read<Batch>(document.Json) with { ETag = document.ETag };

    private static string BlobOf(string id) => $"batches/{id}.json";
}

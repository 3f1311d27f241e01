using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Batches;

/// <summary>The Batches table, and a blob for each with what its calls say.</summary>
public sealed class BatchStore(IDocumentTables tables, IBlobStore blobs, ComfyFuncOptions options, TimeProvider clock)
{
    // The newest comes first; earlier releases kept them the other way round.
    private const string Partition = "newest";
    private const string OldPartition = "batch";

    /// <summary>By one request.</summary>
    internal const int MostLookedAt = 200;

    private const int LargestBlob = 1 << 30;

    private readonly IDocumentTable table = tables["batches"];

    public async Task InsertAsync(Batch batch, BatchCalls calls, CancellationToken cancellationToken)
    {
        await blobs.PutBytesAsync(BlobOf(batch.Id), StoredJson.WriteBytes(calls), "application/json", cancellationToken);
        await table.UpsertAsync(ToDocument(batch), cancellationToken);
    }

    public async Task<Batch?> FindAsync(string id, CancellationToken cancellationToken) =>
        RunId.TryParse(id, out var valid)
        && (await table.FindAsync(Partition, RunKeys.Row(valid), cancellationToken)
            ?? await table.FindAsync(OldPartition, valid.Value, cancellationToken)) is { } document ? FromDocument(document) : null;

    /// <returns><see langword="null"/> for a batch that is not there, or is not this caller's to see.</returns>
    public async Task<Batch?> FindAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is { } batch
        && (request.Caller().Role is Role.Admin || batch.Client == request.Caller().Client) ? batch : null;

    /// <summary>Batches from the newest on.</summary>
    /// <param name="after">The one to go on after.</param>
    public async IAsyncEnumerable<Batch> NewestAsync(string? workflow, string? client, RunId? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var columns = ImmutableDictionary<string, object>.Empty;
        columns = workflow is null ? columns : columns.Add("Workflow", workflow);
        columns = client is null ? columns : columns.Add("Client", client);
        await foreach (var document in table.QueryAsync(
            new DocumentQuery
            {
                Partition = Partition,
                RowFrom = after is { } last ? RunKeys.RowAfter(last) : null,
                Where = columns,
                PageSize = MostLookedAt
            }, cancellationToken))
        {
            yield return FromDocument(document);
        }
    }

    public async Task<BatchCalls> CallsAsync(Batch batch, CancellationToken cancellationToken) =>
        StoredJson.Read<BatchCalls>(await blobs.ReadBytesAsync(BlobOf(batch.Id), LargestBlob, cancellationToken)
            ?? throw new InvalidDataException($"The calls of batch {batch.Id} are gone."));

    /// <summary>Those that are not done.</summary>
    public async Task<ImmutableArray<Batch>> OpenAsync(CancellationToken cancellationToken)
    {
        var open = ImmutableArray.CreateBuilder<Batch>();
        await foreach (var document in table.QueryAsync(
            new DocumentQuery { Where = RunFilter.Open, PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            open.Add(FromDocument(document));
        }

        return open.ToImmutable();
    }

    /// <summary>Applies a change to the row as it is now, over whatever others write meanwhile.</summary>
    public async Task<Batch?> ChangeAsync(string id, Func<Batch, Batch> change, CancellationToken cancellationToken)
    {
        var tries = new WriteTries($"the batch '{id}'");
        while (await FindAsync(id, cancellationToken) is { } batch)
        {
            if (await TryWriteAsync(change(batch), cancellationToken) is { } written)
            {
                return written;
            }

            tries.Lost();
        }

        return null;
    }

    /// <returns>The row as written, or <see langword="null"/> when somebody else was faster.</returns>
    public async Task<Batch?> TryWriteAsync(Batch batch, CancellationToken cancellationToken) =>
        await table.ReplaceAsync(ToDocument(batch), cancellationToken) is WriteReply.Written written
        ? batch with { ETag = written.ETag } : null;

    /// <summary>Removes batches whose runs are past their retention.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var time = clock.GetUtcNow() - options.Retention - TimeSpan.FromDays(1);
        await SweepAsync(new DocumentQuery { Partition = Partition, RowFrom = RunKeys.RowBefore(time) }, cancellationToken);
        await SweepAsync(new DocumentQuery { Partition = OldPartition, RowBefore = RunIds.From(time) }, cancellationToken);
    }

    private async Task SweepAsync(DocumentQuery old, CancellationToken cancellationToken)
    {
        await foreach (var document in table.QueryAsync(old with { PageSize = DocumentQuery.LargestPage }, cancellationToken))
        {
            var batch = FromDocument(document);
            if (batch.IsDone)
            {
                await blobs.DeletePrefixAsync(PrefixOf(batch.Id), cancellationToken);
                await table.DeleteAsync(document.Partition, document.Row, document.ETag, cancellationToken);
            }
        }
    }

    /// <summary>The blob with all outputs.</summary>
    public static string BundleOf(string id, Rendition? rendition) =>
        $"{PrefixOf(id)}{(rendition is null ? "" : $"{rendition.Key.Replace(' ', '-')}.")}zip";

    private static Document ToDocument(Batch batch) =>
        new(batch.IsInOldPlace ? OldPartition : Partition, batch.IsInOldPlace ? batch.Id : RunKeys.Row(new(batch.Id)),
            StoredJson.Write(batch))
        {
            ETag = batch.ETag,
            Columns = ImmutableDictionary<string, object>.Empty.Add("Open", !batch.IsDone).Add("Workflow", batch.Workflow)
                .Add("Client", batch.Client),
        };

    private static Batch FromDocument(Document document) =>
        StoredJson.Read<Batch>(document.Json) with { ETag = document.ETag, IsInOldPlace = document.Partition == OldPartition };

    private static string BlobOf(string id) => $"{PrefixOf(id)}json";

    private static string PrefixOf(string id) => $"batches/{id}.";
}

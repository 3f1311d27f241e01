using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Outputs;
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
    private readonly OpenBatches open = new(tables["batches"], clock);

    public async Task InsertAsync(Batch batch, BatchCalls calls, CancellationToken cancellationToken)
    {
        if (!batch.IsDone)
        {
            await open.EnterAsync(new(batch.Id), batch.CancelRequestedAt is not null, cancellationToken);
        }

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

    /// <summary>Batches from the newest on. A page may be short, or empty: it ends where the looking did.</summary>
    /// <param name="continuation">What the page before ended with, or the id of a batch to go on after.</param>
    public async Task<BatchPage> PageAsync(string? workflow, string? client, int size, string? continuation,
        CancellationToken cancellationToken)
    {
        RunId? after = continuation is not null && RunId.TryParse(continuation, out var last) ? last : null;
        var columns = ImmutableDictionary<string, object>.Empty;
        columns = workflow is null ? columns : columns.Add("Workflow", workflow);
        columns = client is null ? columns : columns.Add("Client", client);
        var page = await table.PageAsync(
            new()
            {
                Partition = Partition,
                RowFrom = after is { } id ? RunKeys.RowAfter(id) : null,
                Where = columns,
                PageSize = size
            }, after is null ? continuation : null, cancellationToken);
        return new([.. page.Documents.Select(FromDocument)], page.Continuation);
    }

    public async Task<BatchCalls> CallsAsync(Batch batch, CancellationToken cancellationToken) =>
        StoredJson.Read<BatchCalls>(await blobs.ReadBytesAsync(BlobOf(batch.Id), LargestBlob, cancellationToken)
            ?? throw new InvalidDataException($"The calls of batch {batch.Id} are gone."));

    /// <summary>Those that are not done.</summary>
    public Task<ImmutableArray<OpenBatch>> OpenAsync(CancellationToken cancellationToken) => open.ListAsync(cancellationToken);

    /// <returns>Its row; <see langword="null"/> where it is over.</returns>
    public async Task<Batch?> FindAsync(OpenBatch entry, CancellationToken cancellationToken)
    {
        if (await FindAsync(entry.Id.Value, cancellationToken) is not { } batch)
        {
            await open.ForgetAsync(entry.Id, cancellationToken);
            return null;
        }

        if (!batch.IsDone)
        {
            return batch;
        }

        await open.LeaveAsync(entry.Id, batch.CancelRequestedAt is not null, cancellationToken);
        return null;
    }

    /// <summary>Applies a change to the row as it is now, over whatever others write meanwhile.</summary>
    public async Task<Batch?> ChangeAsync(string id, Func<Batch, Batch> change, CancellationToken cancellationToken)
    {
        var tries = new WriteTries($"the batch '{id}'");
        while (await FindAsync(id, cancellationToken) is { } batch)
        {
            var changed = change(batch);
            if (changed is { IsDone: false, CancelRequestedAt: not null } && batch.CancelRequestedAt is null)
            {
                await open.EnterAsync(new(id), isCanceled: true, cancellationToken);
            }

            if (await TryWriteAsync(changed, cancellationToken) is { } written)
            {
                return written;
            }

            tries.Lost();
        }

        return null;
    }

    /// <returns>The row as written, or <see langword="null"/> when somebody else was faster.</returns>
    public async Task<Batch?> TryWriteAsync(Batch batch, CancellationToken cancellationToken)
    {
        if (await table.ReplaceAsync(ToDocument(batch), cancellationToken) is not WriteReply.Written written)
        {
            return null;
        }

        if (batch is { IsDone: true, Ended: null })
        {
            await open.LeaveAsync(new(batch.Id), batch.CancelRequestedAt is not null, cancellationToken);
        }

        return batch with { ETag = written.ETag };
    }

    /// <summary>Removes batches whose runs are past their retention, and lets what earlier releases wrote be found where all is.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await open.EnterOldAsync(isRepeated: true, cancellationToken);
        var time = clock.GetUtcNow() - options.Retention - TimeSpan.FromDays(1);
        await SweepAsync(new DocumentQuery { Partition = Partition, RowFrom = RunKeys.RowBefore(time) }, cancellationToken);
        await SweepAsync(new DocumentQuery { Partition = OldPartition, RowBefore = RunIds.From(time) }, cancellationToken);
        await foreach (var document in table.QueryAsync(new() { Partition = OldPartition }, cancellationToken))
        {
            await MoveAsync(document, cancellationToken);
        }
    }

    // One that is done, as others write that are not.
    private async Task MoveAsync(Document old, CancellationToken cancellationToken)
    {
        var batch = FromDocument(old) with { IsInOldPlace = false };
        if (!batch.IsDone)
        {
            return;
        }

        await table.InsertAsync(ToDocument(batch), cancellationToken);
        if (!await table.DeleteAsync(old.Partition, old.Row, old.ETag, cancellationToken))
        {
            await table.DeleteAsync(Partition, RunKeys.Row(new(batch.Id)), etag: null, cancellationToken); // It was changed; later.
        }
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

    internal static Batch FromDocument(Document document) =>
        StoredJson.Read<Batch>(document.Json) with { ETag = document.ETag, IsInOldPlace = document.Partition == OldPartition };

    private static string BlobOf(string id) => $"{PrefixOf(id)}json";

    private static string PrefixOf(string id) => $"batches/{id}.";
}

/// <summary>One page of batches, newest first.</summary>
public sealed record BatchPage(ImmutableArray<Batch> Batches, string? Continuation);

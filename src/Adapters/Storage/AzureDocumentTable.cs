using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Documents as rows of an Azure table; a JSON too long for a column lives in a blob that the row names.</summary>
internal sealed class AzureDocumentTable(TableClient table, DocumentOverflow overflow) : IDocumentTable
{
    // The service looks for up to 5 s at a time, and has no index of columns: what is rare among very many is found by several pages.
    private const int MostRequestsAPage = 3;

    // Long documents are read one by one otherwise, while somebody waits for all.
    private const int BlobsAtOnce = 8;

    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    public async Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken)
    {
        var entity = await overflow.ToEntityAsync(document, cancellationToken);
        try
        {
            return Written(await table.AddEntityAsync(entity, cancellationToken), entity);
        }
        catch (RequestFailedException e) when (e.ErrorCode == TableErrorCode.EntityAlreadyExists)
        {
            return await RefusedAsync(entity, new WriteReply.Exists(), cancellationToken);
        }
    }

    public async Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken)
    {
        DocumentTag.Require(document.ETag);
        var before = DocumentTag.Parse(document.ETag);
        var entity = await overflow.ToEntityAsync(document, cancellationToken);
        try
        {
            var response = await table.UpdateEntityAsync(entity, new ETag(before.Row), TableUpdateMode.Replace, cancellationToken);
            await overflow.DropAsync(before.Overflow, cancellationToken);
            return Written(response, entity);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return await RefusedAsync(entity, e.Status == 404 ? new WriteReply.Missing() : new WriteReply.Conflict(), cancellationToken);
        }
    }

    public async Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken)
    {
        var entity = await overflow.ToEntityAsync(document, cancellationToken);
        // Only long documents pay for the read: one that was long and is short now leaves its last blob behind.
        var before = DocumentOverflow.NameIn(entity) is null ? null
            : await FindOverflowAsync(document.Partition, document.Row, cancellationToken);
        var response = await table.UpsertEntityAsync(entity, TableUpdateMode.Replace, cancellationToken);
        await overflow.DropAsync(before, cancellationToken);
        return Written(response, entity);
    }

    public async Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        // A replace between the two reads takes the blob away; the row then names the next one.
        for (var tries = 0; tries < 5; tries++)
        {
            var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
            if (!found.HasValue)
            {
                return null;
            }

            if (await overflow.ToDocumentAsync(found.Value!, cancellationToken) is { } document)
            {
                return document;
            }
        }

        throw new InvalidDataException($"The document '{partition}', '{row}' names a blob that is gone.");
    }

    public async IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = table.QueryAsync<TableEntity>(TableFilter.From(query, null), query.BoundedPageSize, SelectOf(query), cancellationToken);
        await foreach (var entity in rows)
        {
            if (await ReadAsync(entity, cancellationToken) is { } document)
            {
                yield return document;
            }
        }
    }

    public async Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
    {
        var after = DocumentCursor.Parse(continuation);
        List<TableEntity> found = [];
        var asked = 0;
        // The service may cut a page short, or even empty, and go on in the next.
        var pages = table.QueryAsync<TableEntity>(TableFilter.From(query, after), query.BoundedPageSize, SelectOf(query), cancellationToken)
            .AsPages(after?.Token);
        await foreach (var page in pages)
        {
            found.AddRange(page.Values);
            if (found.Count >= query.BoundedPageSize)
            {
                var last = found[query.BoundedPageSize - 1];
                var isMore = found.Count > query.BoundedPageSize || page.ContinuationToken is not null;
                return await PageOfAsync(found.Take(query.BoundedPageSize),
                    isMore ? new(last.PartitionKey, last.RowKey) : null, cancellationToken);
            }

            // Who waits for it goes on with the next page.
            if ((++asked == MostRequestsAPage || CallPatience.Current?.Left < LongestLook) && page.ContinuationToken is { } token)
            {
                return await PageOfAsync(found, new(after?.Partition ?? "", after?.Row ?? "", token), cancellationToken);
            }
        }

        return await PageOfAsync(found, null, cancellationToken);
    }

    public async Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        var tag = etag is null ? new(ETag.All.ToString(), await FindOverflowAsync(partition, row, cancellationToken))
            : DocumentTag.Parse(etag);
        try
        {
            var response = await table.DeleteEntityAsync(partition, row, new ETag(tag.Row), cancellationToken);
            if (response.Status == 404)
            {
                return false;
            }
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }

        await overflow.DropAsync(tag.Overflow, cancellationToken);
        return true;
    }

    // A retried request may meet its own first try. Overflow names are unique, so a row that names this one is the caller's own write.
    private async Task<WriteReply> RefusedAsync(TableEntity entity, WriteReply refusal, CancellationToken cancellationToken)
    {
        if (DocumentOverflow.NameIn(entity) is not { } blob)
        {
            return refusal;
        }

        var there = await table.GetEntityIfExistsAsync<TableEntity>(entity.PartitionKey, entity.RowKey,
            [Columns.Overflow], cancellationToken);
        if (there.HasValue && DocumentOverflow.NameIn(there.Value!) == blob)
        {
            return new WriteReply.Written(new DocumentTag(there.Value!.ETag.ToString(), blob).ToString());
        }

        await overflow.DropAsync(blob, cancellationToken);
        return refusal;
    }

    private static IEnumerable<string>? SelectOf(DocumentQuery query) =>
        query.Only.IsEmpty ? null : [nameof(TableEntity.PartitionKey), nameof(TableEntity.RowKey), .. query.Only];

    private static WriteReply.Written Written(Response response, TableEntity entity) =>
        new(new DocumentTag(response.Headers.ETag?.ToString() ?? "", DocumentOverflow.NameIn(entity)).ToString());

    private async Task<Document?> ReadAsync(TableEntity entity, CancellationToken cancellationToken) =>
        await overflow.ToDocumentAsync(entity, cancellationToken) ?? await FindAsync(entity.PartitionKey, entity.RowKey, cancellationToken);

    private async Task<DocumentPage> PageOfAsync(IEnumerable<TableEntity> entities, DocumentCursor? last,
        CancellationToken cancellationToken)
    {
        var documents = ImmutableArray.CreateBuilder<Document>();
        foreach (var several in entities.Chunk(BlobsAtOnce))
        {
            documents.AddRange((await Task.WhenAll(several.Select(e => ReadAsync(e, cancellationToken)))).OfType<Document>());
        }

        return new(documents.ToImmutable(), last?.ToString());
    }

    private async Task<string?> FindOverflowAsync(string partition, string row, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, [Columns.Overflow], cancellationToken);
        return found.HasValue ? DocumentOverflow.NameIn(found.Value!) : null;
    }
}

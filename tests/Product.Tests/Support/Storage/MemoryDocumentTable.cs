using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>The in-memory twin of a document table: the same answers, for tests that need no process beside them.</summary>
internal sealed class MemoryDocumentTable : IDocumentTable
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<DocumentCursor, Document> documents = new(Comparer<DocumentCursor>.Create(Compare));
    private long version;

    public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken) =>
        Locked<WriteReply>(() => documents.ContainsKey(KeyOf(document)) ? new WriteReply.Exists() : Write(document), cancellationToken);

    public Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken)
    {
        DocumentTag.Require(document.ETag);
        return Locked<WriteReply>(
            () => documents.GetValueOrDefault(KeyOf(document)) switch
            {
                null => new WriteReply.Missing(),
                var there when there.ETag != document.ETag => new WriteReply.Conflict(),
                _ => Write(document),
            },
            cancellationToken);
    }

    public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken) =>
        Locked<WriteReply>(() => Write(document), cancellationToken);

    public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken) =>
        Locked(() => documents.GetValueOrDefault(KeyOf(partition, row)), cancellationToken);

    public async IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var document in await Locked(() => Matching(query, null).ToArray(), cancellationToken))
        {
            yield return document;
        }
    }

    public Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken) =>
        Locked(() => PageOf(query, DocumentCursor.Parse(continuation)), cancellationToken);

    public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken) => Locked(
        () => documents.TryGetValue(KeyOf(partition, row), out var there) && (etag is null || etag == there.ETag)
            && documents.Remove(KeyOf(there)),
        cancellationToken);

    private DocumentPage PageOf(DocumentQuery query, DocumentCursor? after)
    {
        ImmutableArray<Document> found = [.. Matching(query, after).Take(query.BoundedPageSize + 1)];
        if (found.Length <= query.BoundedPageSize)
        {
            return new(found, null);
        }

        found = found[..^1];
        return new(found, KeyOf(found[^1]).ToString());
    }

    private Task<T> Locked<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            return Task.FromResult(work());
        }
    }

    private WriteReply.Written Write(Document document)
    {
        var written = document with
        {
            Columns = document.Columns.ToImmutableDictionary(c => c.Key, c => Columns.Normal(c.Key, c.Value)),
            ETag = $"W/\"{++version}\"",
        };
        documents[KeyOf(document)] = written;
        return new(written.ETag);
    }

    private IEnumerable<Document> Matching(DocumentQuery query, DocumentCursor? after)
    {
        var where = query.Filters.Select(c => (c.Name, Values: c.Values.Select(v => Columns.Normal(c.Name, v)).ToArray())).ToArray();
        return documents.Values.Where(d =>
            (after is not { } cursor || Compare(KeyOf(d), cursor) > 0)
            && (query.Partition is null || query.Partition == d.Partition)
            && IsWithin(d.Partition, query.PartitionFrom, query.PartitionBefore)
            && IsWithin(d.Row, query.RowFrom, query.RowBefore)
            && where.All(c => d.Columns.TryGetValue(c.Name, out var value) && c.Values.Contains(value)))
            .Select(d => query.Only.IsEmpty ? d
                : d with { Json = "", ETag = "", Columns = d.Columns.Where(c => query.Only.Contains(c.Key)).ToImmutableDictionary() });
    }

    private static bool IsWithin(string key, string? from, string? before) =>
        (from is null || string.CompareOrdinal(key, from) >= 0) && (before is null || string.CompareOrdinal(key, before) < 0);

    private static DocumentCursor KeyOf(Document document) => KeyOf(document.Partition, document.Row);

    private static DocumentCursor KeyOf(string partition, string row)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        return new(partition, row);
    }

    private static int Compare(DocumentCursor a, DocumentCursor b) =>
        string.CompareOrdinal(a.Partition, b.Partition) is var order and not 0 ? order : string.CompareOrdinal(a.Row, b.Row);
}

using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>Tables without an index of columns that look at so many rows for a page, as an account's do for so many seconds.</summary>
internal sealed class GlancingTables(IDocumentTables inner) : IDocumentTables
{
    private int pages;

    /// <summary>How many rows are looked at for a page that is filtered.</summary>
    public int? Glance { get; set; }

    /// <summary>Whether the first page of every listing is empty, as the service's may be.</summary>
    public bool CutShort { get; init; }

    /// <summary>Pages that were filtered.</summary>
    public int Pages => Volatile.Read(ref pages);

    public IDocumentTable this[string name] => new Table(inner[name], this);

    public bool AreShared => inner.AreShared;

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        inner.EnsureCreatedAsync(names, cancellationToken);

    private sealed class Table(IDocumentTable inner, GlancingTables tables) : IDocumentTable
    {
        public async Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
        {
            if (tables.CutShort && continuation is null)
            {
                return new([], new DocumentCursor("0", "0").ToString());
            }

            if (tables.Glance is not { } glance || !query.Filters.Any())
            {
                return await inner.PageAsync(query, continuation, cancellationToken);
            }

            Interlocked.Increment(ref tables.pages);
            var looked = await inner.PageAsync(query with { Where = query.Where.Clear(), PageSize = glance }, continuation, cancellationToken);
            return looked with
            {
                Documents = [.. looked.Documents.Where(d => query.Where.All(w => w.Value.Equals(d.Columns.GetValueOrDefault(w.Key))))],
            };
        }

        public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) =>
            inner.QueryAsync(query, cancellationToken);

        public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken) =>
            inner.InsertAsync(document, cancellationToken);

        public Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken) =>
            inner.ReplaceAsync(document, cancellationToken);

        public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken) =>
            inner.UpsertAsync(document, cancellationToken);

        public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken) =>
            inner.FindAsync(partition, row, cancellationToken);

        public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken) =>
            inner.DeleteAsync(partition, row, etag, cancellationToken);
    }
}

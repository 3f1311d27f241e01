using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>Documents as rows of a table of the data folder's database.</summary>
internal sealed class EmbeddedDocumentTable(EmbeddedDatabase database, DocumentSql sql, StorageMeter meter) : IDocumentTable
{
    public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken)
    {
        var write = RowOf(document);
        return WriteAsync("POST", session => session.Run(sql.Insert, write.Parameters) == 1 ? write.Reply : new WriteReply.Exists(),
            cancellationToken);
    }

    public Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(document.ETag);
        var write = RowOf(document);
        return WriteAsync(
            "PUT",
            session =>
                session.Run(sql.Replace, [.. write.Parameters, ("$before", document.ETag)]) == 1 ? write.Reply
                : session.Scalar(sql.Exists, ("$partition", document.Partition), ("$row", document.Row)) is null ? new WriteReply.Missing()
                : new WriteReply.Conflict(),
            cancellationToken);
    }

    public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken)
    {
        var write = RowOf(document);
        return WriteAsync(
            "PUT",
            session =>
            {
                session.Run(sql.Upsert, write.Parameters);
                return write.Reply;
            },
            cancellationToken);
    }

    public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read(session => session.Rows(sql.Find, DocumentIn, ("$partition", partition), ("$row", row)))
            .SingleOrDefault());
    }

    public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        this.PageByPageAsync(query, cancellationToken);

    public Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
    {
        var after = DocumentCursor.Parse(continuation);
        cancellationToken.ThrowIfCancellationRequested();
        var select = DocumentSelect.Of(sql, query, after, query.BoundedPageSize + 1);
        var found = Read(session => session.Rows(select.Sql, DocumentIn, select.Parameters));
        if (found.Count <= query.BoundedPageSize)
        {
            return Task.FromResult(new DocumentPage([.. found], null));
        }

        found.RemoveAt(found.Count - 1);
        return Task.FromResult(new DocumentPage([.. found], new DocumentCursor(found[^1].Partition, found[^1].Row).ToString()));
    }

    public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        return WriteAsync("DELETE",
            session => session.Run(sql.Delete, ("$partition", partition), ("$row", row), ("$tag", etag)) == 1, cancellationToken);
    }

    private Task<T> WriteAsync<T>(string verb, Func<SqliteSession, T> write, CancellationToken cancellationToken)
    {
        meter.Count(new("table", verb));
        return database.WriteAsync(write, cancellationToken);
    }

    private List<Document> Read(Func<SqliteSession, List<Document>> read)
    {
        meter.Count(new("table", "GET"));
        return database.Read(read);
    }

    // A tag is never used twice: a document that was deleted and written anew is another version.
    private static (WriteReply Reply, (string, object?)[] Parameters) RowOf(Document document)
    {
        TableKey.Require(document.Partition);
        TableKey.Require(document.Row);
        var tag = $"\"{Guid.NewGuid():N}\"";
        return (new WriteReply.Written(tag), [("$partition", document.Partition), ("$row", document.Row), ("$tag", tag),
            ("$columns", ColumnText.Write(document.Columns)), ("$json", document.Json)]);
    }

    private static Document DocumentIn(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(4))
    {
        Columns = ColumnText.Read(row.GetString(3)),
        ETag = row.GetString(2),
    };
}

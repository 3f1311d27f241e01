using System.Collections.Immutable;
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
        DocumentTag.Require(document.ETag);
        var write = RowOf(document);
        return WriteAsync(
            "PUT",
            session =>
            {
                if (OldOf(session, document) is not { } old)
                {
                    return new WriteReply.Missing();
                }

                if (old.Tag != document.ETag)
                {
                    return new WriteReply.Conflict();
                }

                Update(session, document, old.Columns, write.Parameters);
                return write.Reply;
            },
            cancellationToken);
    }

    public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken)
    {
        var write = RowOf(document);
        return WriteAsync(
            "PUT",
            session =>
            {
                if (OldOf(session, document) is { } old)
                {
                    Update(session, document, old.Columns, write.Parameters);
                }
                else
                {
                    session.Run(sql.Insert, write.Parameters);
                }

                return write.Reply;
            },
            cancellationToken);
    }

    public async Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        var found = await ReadAsync(session => session.Rows(sql.Find, DocumentIn, ("$partition", partition), ("$row", row)),
            cancellationToken);
        return found.SingleOrDefault();
    }

    public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        this.PageByPageAsync(query, cancellationToken);

    public async Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
    {
        var after = DocumentCursor.Parse(continuation);
        var found = await ReadAsync(session =>
        {
            // A count is always there.
            var lead = DocumentSelect.LeadOf(sql, query, count => (long)session.Scalar(count.Sql, count.Parameters)!);
            var select = DocumentSelect.Of(sql, query, lead, after, query.BoundedPageSize + 1);
            return session.Rows(select.Sql, DocumentIn, select.Parameters);
        }, cancellationToken);
        if (found.Count <= query.BoundedPageSize)
        {
            return new DocumentPage([.. found], null);
        }

        found.RemoveAt(found.Count - 1);
        return new DocumentPage([.. found], new DocumentCursor(found[^1].Partition, found[^1].Row).ToString());
    }

    public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken)
    {
        TableKey.Require(partition);
        TableKey.Require(row);
        return WriteAsync("DELETE",
            session => session.Run(sql.Delete, ("$partition", partition), ("$row", row), ("$tag", etag)) == 1, cancellationToken);
    }

    private (ImmutableDictionary<string, object> Columns, string Tag)? OldOf(SqliteSession session, Document document) =>
        session.Rows(sql.Old, row => (ColumnText.Read(row.GetString(0)), row.GetString(1)),
            ("$partition", document.Partition), ("$row", document.Row)) is [var old] ? old : null;

    private void Update(SqliteSession session, Document document, ImmutableDictionary<string, object> old,
        (string, object?)[] parameters) => session.Run(
            sql.Update(sql.Indexed.Where(c => !Equals(document.Columns.GetValueOrDefault(c), old.GetValueOrDefault(c)))), parameters);

    private Task<T> WriteAsync<T>(string verb, Func<SqliteSession, T> write, CancellationToken cancellationToken)
    {
        meter.Count(new("table", verb));
        return database.Work.WithinAsync(database.WriteAsync(write, cancellationToken));
    }

    private Task<List<Document>> ReadAsync(Func<SqliteSession, List<Document>> read, CancellationToken cancellationToken)
    {
        meter.Count(new("table", "GET"));
        return database.ReadAsync(read, cancellationToken);
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

using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Server.News;

/// <summary>Tables that count what they are asked, and answer nothing while storage is away.</summary>
internal sealed class WatchedTables(IDocumentTables? inner = null) : IDocumentTables
{
    private int requests;

    public bool IsAway { get; set; }

    public int Requests => Volatile.Read(ref requests);

    public IDocumentTable this[string name] => new Table(this, name);

    public bool AreShared => inner?.AreShared ?? true;

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) => Task.CompletedTask;

    private IDocumentTable Ask(string name)
    {
        Interlocked.Increment(ref requests);
        return IsAway || inner is null
            ? throw new StorageUnavailableException("The storage account is away.", new InvalidOperationException("503")) : inner[name];
    }

    private sealed class Table(WatchedTables tables, string name) : IDocumentTable
    {
        public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken) =>
            tables.Ask(name).InsertAsync(document, cancellationToken);

        public Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken) =>
            tables.Ask(name).ReplaceAsync(document, cancellationToken);

        public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken) =>
            tables.Ask(name).UpsertAsync(document, cancellationToken);

        public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken) =>
            tables.Ask(name).FindAsync(partition, row, cancellationToken);

        public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) =>
            tables.Ask(name).QueryAsync(query, cancellationToken);

        public Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken) =>
            tables.Ask(name).PageAsync(query, continuation, cancellationToken);

        public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken) =>
            tables.Ask(name).DeleteAsync(partition, row, etag, cancellationToken);
    }
}

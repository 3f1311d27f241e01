using System.Collections.Concurrent;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>Tables that count what is read from them: a page is one read, as a point read is.</summary>
internal sealed class CountingTables(IDocumentTables inner) : IDocumentTables
{
    private readonly ConcurrentDictionary<string, Table> tables = new(StringComparer.OrdinalIgnoreCase);

    public int Reads => tables.Values.Sum(t => t.Reads);

    /// <summary>What a write of a table has to wait for, before it is made.</summary>
    public Func<string, Task> BeforeReplace { get; set; } = _ => Task.CompletedTask;

    public IDocumentTable this[string name] => tables.GetOrAdd(name, n => new(inner[n], () => BeforeReplace(n)));

    public int ReadsOf(string table) => tables.TryGetValue(table, out var counted) ? counted.Reads : 0;

    public void Reset()
    {
        foreach (var table in tables.Values)
        {
            table.Reads = 0;
        }
    }

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        inner.EnsureCreatedAsync(names, cancellationToken);

    private sealed class Table(IDocumentTable inner, Func<Task> beforeReplace) : IDocumentTable
    {
        private int reads;

        public int Reads
        {
            get => Volatile.Read(ref reads);
            set => Volatile.Write(ref reads, value);
        }

        public Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken) =>
            inner.InsertAsync(document, cancellationToken);

        public async Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken)
        {
            await beforeReplace();
            return await inner.ReplaceAsync(document, cancellationToken);
        }

        public Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken) =>
            inner.UpsertAsync(document, cancellationToken);

        public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref reads);
            return inner.FindAsync(partition, row, cancellationToken);
        }

        public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) =>
            this.PageByPageAsync(query, cancellationToken);

        public Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref reads);
            return inner.PageAsync(query, continuation, cancellationToken);
        }

        public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken)
        {
            if (etag is null)
            {
                Interlocked.Increment(ref reads);
            }

            return inner.DeleteAsync(partition, row, etag, cancellationToken);
        }
    }
}

using System.Collections.Concurrent;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>
/// Tables that count what is read from them: a page is one read, as a point read is; and the rows that a store has to look at which keeps
/// no index of columns.
/// </summary>
internal sealed class CountingTables(IDocumentTables inner) : IDocumentTables
{
    private readonly ConcurrentDictionary<string, Table> tables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Each column that was filtered by, behind its table: <c>runs.Workflow</c>.</summary>
    public IEnumerable<string> Filters => tables.SelectMany(t => t.Value.Filters.Keys.Select(c => $"{t.Key}.{c}"));

    /// <summary>How often rows were written: <c>runs POST</c>.</summary>
    public ConcurrentDictionary<string, int> Writes { get; } = new(StringComparer.Ordinal);

    public int Reads => tables.Values.Sum(t => t.Reads);

    /// <summary>What a write of a table has to wait for, before it is made.</summary>
    public Func<string, Task> BeforeReplace { get; set; } = _ => Task.CompletedTask;

    /// <inheritdoc cref="BeforeReplace"/>
    public Func<string, Task> BeforeInsert { get; set; } = _ => Task.CompletedTask;

    /// <inheritdoc cref="BeforeReplace"/>
    public Func<string, Task> BeforeUpsert { get; set; } = _ => Task.CompletedTask;

    /// <summary>What a page of a table has to wait for, before it is read.</summary>
    public Func<string, Task> BeforePage { get; set; } = _ => Task.CompletedTask;

    public IDocumentTable this[string name] => tables.GetOrAdd(name,
        n => new(inner[n], () => BeforeInsert(n), () => BeforeReplace(n), () => BeforeUpsert(n), () => BeforePage(n),
            verb => Writes.AddOrUpdate($"{n} {verb}", 1, (_, w) => w + 1)));

    public int ReadsOf(string table) => tables.TryGetValue(table, out var counted) ? counted.Reads : 0;

    /// <summary>How many rows lie between the bounds of the queries.</summary>
    public int RowsOf(string table) => tables.TryGetValue(table, out var counted) ? counted.Rows : 0;

    /// <summary>How many rows lie in the partitions of the queries, and not between their bounds.</summary>
    public int PassedOf(string table) => tables.TryGetValue(table, out var counted) ? counted.Passed : 0;

    /// <summary>How much JSON was read.</summary>
    public int JsonOf(string table) => tables.TryGetValue(table, out var counted) ? counted.Json : 0;

    public void Reset()
    {
        foreach (var table in tables.Values)
        {
            (table.Reads, table.Rows, table.Passed, table.Json) = (0, 0, 0, 0);
        }
    }

    public bool AreShared => inner.AreShared;

    public IDisposable? Gather() => inner.Gather();

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        inner.EnsureCreatedAsync(names, cancellationToken);

    private sealed class Table(IDocumentTable inner, Func<Task> beforeInsert, Func<Task> beforeReplace, Func<Task> beforeUpsert,
        Func<Task> beforePage, Action<string> wrote) : IDocumentTable
    {
        private int reads;
        private int rows;
        private int passed;
        private int json;

        public int Json
        {
            get => Volatile.Read(ref json);
            set => Volatile.Write(ref json, value);
        }

        public ConcurrentDictionary<string, bool> Filters { get; } = new(StringComparer.Ordinal);

        public int Rows
        {
            get => Volatile.Read(ref rows);
            set => Volatile.Write(ref rows, value);
        }

        public int Passed
        {
            get => Volatile.Read(ref passed);
            set => Volatile.Write(ref passed, value);
        }

        public int Reads
        {
            get => Volatile.Read(ref reads);
            set => Volatile.Write(ref reads, value);
        }

        public async Task<WriteReply> InsertAsync(Document document, CancellationToken cancellationToken)
        {
            wrote("POST");
            await beforeInsert();
            return await inner.InsertAsync(document, cancellationToken);
        }

        public async Task<WriteReply> ReplaceAsync(Document document, CancellationToken cancellationToken)
        {
            wrote("PUT");
            await beforeReplace();
            return await inner.ReplaceAsync(document, cancellationToken);
        }

        public async Task<WriteReply> UpsertAsync(Document document, CancellationToken cancellationToken)
        {
            wrote("PUT");
            await beforeUpsert();
            return await inner.UpsertAsync(document, cancellationToken);
        }

        public Task<Document?> FindAsync(string partition, string row, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref reads);
            return inner.FindAsync(partition, row, cancellationToken);
        }

        public IAsyncEnumerable<Document> QueryAsync(DocumentQuery query, CancellationToken cancellationToken) =>
            this.PageByPageAsync(query, cancellationToken);

        public async Task<DocumentPage> PageAsync(DocumentQuery query, string? continuation, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref reads);
            await beforePage();
            var page = await inner.PageAsync(query, continuation, cancellationToken);
            var all = query with { Where = query.Where.Clear(), WhereAny = query.WhereAny.Clear() };
            Interlocked.Add(ref rows, !query.Filters.Any() ? page.Documents.Length : continuation is null ? await CountAsync(all) : 0);
            if (query.Partition is null && continuation is null) // Within one, every store finds the bounds at once.
            {
                Interlocked.Add(ref passed, await CountAsync(all with { RowFrom = null, RowBefore = null }) - await CountAsync(all));
            }

            Interlocked.Add(ref json, page.Documents.Sum(d => d.Json.Length));
            foreach (var (column, _) in query.Filters)
            {
                Filters[column] = true;
            }

            return page;

            ValueTask<int> CountAsync(DocumentQuery asked) => inner.QueryAsync(asked, cancellationToken).CountAsync(cancellationToken);
        }

        public Task<bool> DeleteAsync(string partition, string row, string? etag, CancellationToken cancellationToken)
        {
            wrote("DELETE");
            if (etag is null)
            {
                Interlocked.Increment(ref reads);
            }

            return inner.DeleteAsync(partition, row, etag, cancellationToken);
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Tests.Support.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>What the embedded store finds by its indexes of columns: the same as without them, and nothing else is read.</summary>
public sealed class IndexedListingTests : IDisposable
{
    private static readonly DocumentSql Runs = DocumentSql.Of("runs");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("store-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Filters =>
    [
        "Open", "Batch", "Workflow", "Client", "Status", "Workflow,Status", "Client,Open", "Client,Workflow,Status", "Other",
        "Other,Client",
    ];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filters_find_what_they_find_in_memory(string columns)
    {
        using var store = await EmbeddedStore.OpenAsync(new(folder.FullName), Cancellation);
        await store.Tables.EnsureCreatedAsync(["runs"], Cancellation);
        var twin = new MemoryDocumentTable();
        for (var i = 0; i < 120; i++)
        {
            var document = Some(i);
            await store.Tables["runs"].InsertAsync(document, Cancellation);
            await twin.InsertAsync(document, Cancellation);
        }

        // Some are others now, of every way in which one is written over.
        for (var i = 0; i < 120; i += 3)
        {
            var (key, other) = (Some(i), Some((i * 7) + 1));
            var old = await store.Tables["runs"].FindAsync(key.Partition, key.Row, Cancellation);
            var next = key with { Columns = other.Columns, ETag = i % 2 == 0 ? old!.ETag : "" }; // It was inserted.
            await (i % 2 == 0 ? store.Tables["runs"].ReplaceAsync(next, Cancellation) : store.Tables["runs"].UpsertAsync(next, Cancellation));
            await twin.UpsertAsync(next, Cancellation);
        }

        foreach (var wanted in Enumerable.Range(0, 12).Select(Some))
        {
            var where = columns.Split(',').ToImmutableDictionary(c => c, c => wanted.Columns.GetValueOrDefault(c, "none"));
            foreach (var query in new DocumentQuery[]
            {
                new() { Where = where, PageSize = 7 }, new() { Where = where, Partition = "day1", RowFrom = "0040" },
                new() { Where = where, PartitionFrom = "day1", RowBefore = "0100", PageSize = 2 },
            })
            {
                Assert.Equal(await KeysAsync(twin, query), await KeysAsync(store.Tables["runs"], query));
                var several = query with { Where = query.Where.Remove("Status"), WhereAny = query.WhereAny.Add("Status", ["Queued", "Failed"]) };
                Assert.Equal(await KeysAsync(twin, several), await KeysAsync(store.Tables["runs"], several));
            }
        }
    }

    [Theory]
    [InlineData("Open")]
    [InlineData("Batch")]
    [InlineData("Workflow")]
    [InlineData("Client")]
    [InlineData("Status")]
    [InlineData("Host")]
    public async Task A_filter_is_a_search_of_its_index_in_the_order_of_the_answer(string column)
    {
        await WithRunsAsync(session =>
        {
            var query = new DocumentQuery { Where = Where((column, "x")), PartitionFrom = "a", PartitionBefore = "b" };
            var select = DocumentSelect.Of(Runs, query, column, new DocumentCursor("a", "1"), 51);
            var steps = session.Rows($"EXPLAIN QUERY PLAN {select.Sql}", row => row.GetString(3), select.Parameters);
            Assert.Contains(steps, s => s.Contains($"documents_runs_{column} (filter_{column}=?", StringComparison.Ordinal));
            Assert.Single(steps, s => s.Contains("TEMP B-TREE", StringComparison.Ordinal)); // Of the page alone: the outer one.
            return 0;
        });
    }

    [Fact]
    public async Task Each_of_several_values_is_a_search_and_only_pages_are_sorted()
    {
        await WithRunsAsync(session =>
        {
            var query = new DocumentQuery { WhereAny = ImmutableDictionary<string, ImmutableArray<object>>.Empty.Add("Status", ["x", "y"]) };
            var select = DocumentSelect.Of(Runs, query, "Status", after: null, 51);
            var steps = session.Rows($"EXPLAIN QUERY PLAN {select.Sql}", row => row.GetString(3), select.Parameters);
            Assert.Equal(2, steps.Count(s => s.Contains("documents_runs_Status (filter_Status=?", StringComparison.Ordinal)));
            Assert.Equal(2, steps.Count(s => s.Contains("TEMP B-TREE", StringComparison.Ordinal))); // Of the pages, and of the page.
            return 0;
        });
    }

    [Fact]
    public async Task A_table_of_an_earlier_release_gets_the_filters_that_it_lacks()
    {
        var earlier = new DocumentSql(Runs.Table, ["Status"]);
        using (var database = EmbeddedDatabase.Open(folder.FullName))
        {
            await database.WriteAsync(s => DocumentSchema.Create(s, earlier), Cancellation);
            var old = new EmbeddedDocumentTable(database, earlier, new StorageMeter());
            await old.InsertAsync(new("p", "1", "{}") { Columns = Where(("Host", "gpu-1"), ("Status", "Failed")) }, Cancellation);
        }

        for (var starts = 0; starts < 2; starts++)
        {
            using var store = await EmbeddedStore.OpenAsync(new(folder.FullName), Cancellation);
            await store.Tables.EnsureCreatedAsync(["runs"], Cancellation);
            Assert.Equal(["p/1"], await KeysAsync(store.Tables["runs"], new() { Where = Where(("Host", "gpu-1"), ("Status", "Failed")) }));
            Assert.Empty(await KeysAsync(store.Tables["runs"], new() { Where = Where(("Host", "gpu-2")) }));
        }
    }

    [Fact]
    public void The_filter_that_leaves_the_fewest_leads()
    {
        var counts = new Dictionary<string, long> { ["Workflow"] = 1000, ["Client"] = 12, ["Status"] = 40 };
        var query = new DocumentQuery { Where = Where(("Status", "x"), ("Client", "x"), ("Workflow", "x"), ("Other", "x")) };

        Assert.Equal("Client", DocumentSelect.LeadOf(Runs, query,
            count => counts.Single(c => count.Sql.Contains($"documents_runs_{c.Key}", StringComparison.Ordinal)).Value));
        Assert.Equal("Status", DocumentSelect.LeadOf(Runs, new() { Where = Where(("Status", "x")) }, Never));
        Assert.Null(DocumentSelect.LeadOf(Runs, new() { Where = Where(("Other", "x")) }, Never));

        static long Never(DocumentSelect count) => throw new InvalidOperationException(count.Sql);
    }

    private async Task WithRunsAsync(Func<SqliteSession, int> act)
    {
        using var database = EmbeddedDatabase.Open(folder.FullName);
        await database.WriteAsync(s => DocumentSchema.Create(s, Runs), Cancellation);
        database.Read(act);
    }

    // No batch is a column that is not there.
    private static Document Some(int i)
    {
        var columns = Where(("Workflow", $"w{i % 4}"), ("Client", $"c{i % 3}"), ("Status", i % 10 == 0 ? "Failed" : "Succeeded"),
            ("Open", i % 7 == 0), ("Other", (long)(i % 2)));
        var (day, row) = (i / 50, i.ToString("D4", CultureInfo.InvariantCulture));
        return new(string.Create(CultureInfo.InvariantCulture, $"day{day}"), row, "{}")
        {
            Columns = i % 5 == 0 ? columns.Add("Batch", $"b{i % 2}") : columns,
        };
    }

    private static ImmutableDictionary<string, object> Where(params (string Name, object Value)[] columns) =>
        columns.ToImmutableDictionary(c => c.Name, c => c.Value);

    private static async Task<string[]> KeysAsync(IDocumentTable table, DocumentQuery query)
    {
        var keys = new List<string>();
        string? continuation = null;
        do
        {
            var page = await table.PageAsync(query, continuation, Cancellation);
            keys.AddRange(page.Documents.Select(d => $"{d.Partition}/{d.Row}"));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return [.. keys];
    }
}

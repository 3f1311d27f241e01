using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>How every table of documents lists them.</summary>
public abstract class ListingContract : StorageContract
{
    [Fact]
    public async Task Documents_come_by_partition_then_row()
    {
        await WriteAllAsync("b/1", "a/2", "a/1", "B/9", "a/10", "b/0");
        Assert.Equal(["B/9", "a/1", "a/10", "a/2", "b/0", "b/1"], Names(await ListAsync(new())));
    }

    [Fact]
    public async Task Keys_are_ordered_by_their_characters_numbers_whatever_the_script()
    {
        await WriteAllAsync("p/図", "p/Z", "p/é", "p/z", "p/_", "p/e", "p/ﬀ", "p/€");
        string[] names = ["p/Z", "p/_", "p/e", "p/z", "p/é", "p/€", "p/図", "p/ﬀ"];
        Assert.Equal(names, Names(await ListAsync(new())));
        Assert.Equal(names, await PagesAsync(new() { PageSize = 3 }));
        Assert.Equal(names[4..6], Names(await ListAsync(new() { RowFrom = "é", RowBefore = "図" })));
    }

    [Fact]
    public async Task One_of_no_values_is_no_question()
    {
        await WriteAllAsync("a/1");
        var none = new DocumentQuery { WhereAny = ImmutableDictionary<string, ImmutableArray<object>>.Empty.Add("Name", []) };
        await Assert.ThrowsAsync<ArgumentException>(() => Table.PageAsync(none, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(none));
    }

    [Fact]
    public async Task What_comes_and_goes_while_pages_are_read_moves_no_other_document()
    {
        await WriteAllAsync("a/2", "a/4", "b/2", "b/4");
        List<string> seen = [];
        await foreach (var document in Table.QueryAsync(new() { PageSize = 1 }, Cancellation))
        {
            seen.AddRange(Names([document]));
            if (seen.Count == 1)
            {
                await WriteAllAsync("a/1");
                await Table.DeleteAsync("b", "2", null, Cancellation);
            }
        }

        Assert.Equal(["a/2", "a/4", "b/4"], seen.Where(s => s != "b/2")); // Who asks for all at once has seen it before.
    }

    [Fact]
    public async Task Bounds_include_their_start_and_exclude_their_end()
    {
        await WriteAllAsync("a/1", "b/1", "b/2", "b/3", "c/1", "d/1");
        Assert.Equal(["b/1", "b/2", "b/3", "c/1"], Names(await ListAsync(new() { PartitionFrom = "b", PartitionBefore = "d" })));
        Assert.Equal(["b/2"], Names(await ListAsync(new() { Partition = "b", RowFrom = "2", RowBefore = "3" })));
        Assert.Equal(["b/2", "b/3"], Names(await ListAsync(new() { RowFrom = "2" })));
    }

    [Fact]
    public async Task Filters_match_columns_of_every_kind_exactly()
    {
        var at = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 123, TimeSpan.Zero);
        await WriteAsync(new("p", "1", "{}") { Columns = Columns(("Name", "it's"), ("Count", 1L), ("Flag", true), ("At", at)) });
        await WriteAsync(
            new("p", "2", "{}") { Columns = Columns(("Name", "It's"), ("Count", 2L), ("Flag", false), ("At", at.AddMilliseconds(1))) });
        await WriteAsync(new("p", "3", "{}"));
        foreach (var (name, value) in new (string, object)[] { ("Name", "it's"), ("Count", 1L), ("Flag", true),
            ("At", at.ToOffset(TimeSpan.FromHours(5))) })
        {
            Assert.Equal(["p/1"], Names(await ListAsync(new() { Where = Columns((name, value)) })));
        }

        Assert.Empty(await ListAsync(new() { Where = Columns(("Name", "it's"), ("Count", 2L)) }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task One_of_several_values_will_do(int size)
    {
        var words = new[] { "one", "two", "three", "two", "it's", "one", "four" };
        foreach (var (i, word) in words.Index())
        {
            await WriteAsync(new($"p{i / 3}", $"{i}", "{}") { Columns = Columns(("Name", word), ("Flag", i < 5)) });
        }

        await WriteAsync(new("p0", "9", "{}"));
        var any = ImmutableDictionary<string, ImmutableArray<object>>.Empty.Add("Name", ["two", "it's", "one"]);

        Assert.Equal(["p0/0", "p0/1", "p1/3", "p1/4", "p1/5"], await PagesAsync(new() { WhereAny = any, PageSize = size }));
        Assert.Equal(["p0/0", "p0/1", "p1/3", "p1/4"],
            await PagesAsync(new() { WhereAny = any, Where = Columns(("Flag", true)), PageSize = size }));
        Assert.Equal(["p1/3", "p1/4"],
            await PagesAsync(new() { WhereAny = any.Add("Flag", [true]), Partition = "p1", PageSize = size }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(100)]
    public async Task Pages_give_each_document_once_and_then_end(int size)
    {
        var names = Enumerable.Range(0, 12).Select(i => $"{(char)('a' + (i / 5))}/{i:D2}").ToArray();
        await WriteAllAsync(names);
        Assert.Equal(names, await PagesAsync(new() { PageSize = size }));
        Assert.Equal(names[5..10], await PagesAsync(new() { PageSize = size, Partition = "b" }));
        Assert.Equal(names[3..], await PagesAsync(new() { PageSize = size, RowFrom = "03" }));
    }

    [Fact]
    public async Task A_continuation_outlives_the_document_it_ended_on()
    {
        await WriteAllAsync("a/1", "a/2", "a/3");
        var page = await Table.PageAsync(new() { PageSize = 2 }, null, Cancellation);
        Assert.True(DocumentPage.Gives(page.Continuation));
        await Table.DeleteAsync("a", "2", null, Cancellation);
        await WriteAllAsync("a/25");
        Assert.Equal(["a/25", "a/3"], Names((await Table.PageAsync(new() { PageSize = 2 }, page.Continuation, Cancellation)).Documents));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("!!")]
    public async Task A_continuation_that_no_page_gave_is_refused(string continuation)
    {
        Assert.False(DocumentPage.Gives(continuation));
        await Assert.ThrowsAsync<ArgumentException>(() => Table.PageAsync(new(), continuation, Cancellation));
    }

    [Fact]
    public async Task More_documents_than_one_request_gives_are_all_listed()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 250), Cancellation, async (i, _) => await WriteAsync(new("p", $"{i:D4}", "{}")));
        Assert.Equal(250, (await ListAsync(new() { PageSize = 100 })).Count);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_across_days()
    {
        var clock = new FakeTimeProvider(new(2025, 12, 30, 23, 59, 59, TimeSpan.Zero));
        List<RunId> runs = [];
        for (var i = 0; i < 12; i++)
        {
            runs.Add(RunIds.New(clock));
            if (i % 2 == 1)
            {
                clock.Advance(TimeSpan.FromHours(11));
            }
        }

        foreach (var run in runs.OrderBy(r => r.Value[^1]))
        {
            await WriteAsync(new(RunKeys.Partition(run), RunKeys.Row(run), "{}"));
        }

        Assert.Equal(runs.AsEnumerable().Reverse().Select(RunKeys.Row), (await ListAsync(new())).Select(d => d.Row));
        var paged = await PagesAsync(new() { PageSize = 5 });
        Assert.Equal(runs.AsEnumerable().Reverse().Select(r => $"{RunKeys.Partition(r)}/{RunKeys.Row(r)}"), paged);

        var newYear = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var older = await ListAsync(new() { PartitionFrom = RunKeys.Partition(newYear.AddSeconds(-2)) });
        Assert.Equal(runs.Where(r => RunKeys.CreatedAt(r) < newYear).Reverse().Select(RunKeys.Row), older.Select(d => d.Row));
    }

    private static IEnumerable<string> Names(IEnumerable<Document> documents) => documents.Select(d => $"{d.Partition}/{d.Row}");

    private async Task WriteAllAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await WriteAsync(new(name.Split('/')[0], name.Split('/')[1], "{}"));
        }
    }

    private async Task<List<string>> PagesAsync(DocumentQuery query)
    {
        List<string> names = [];
        string? continuation = null;
        do
        {
            var page = await Table.PageAsync(query, continuation, Cancellation);
            Assert.True(page.Documents.Length <= query.PageSize);
            names.AddRange(Names(page.Documents));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return names;
    }
}

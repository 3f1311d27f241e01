using System.Globalization;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>What every table of documents does with single documents.</summary>
public abstract class DocumentTableContract : StorageContract
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.FromHours(2));

    [Fact]
    public async Task An_inserted_document_is_found_whole()
    {
        var columns = Columns(("Text", "a'b"), ("Count", 5_000_000_000), ("Flag", true), ("At", Noon));
        var etag = await WriteAsync(new("p", "r", """{"a":"ü"}""") { Columns = columns });

        var found = await Table.FindAsync("p", "r", Cancellation);

        Assert.Equal("""{"a":"ü"}""", found!.Json);
        Assert.Equal(etag, found.ETag);
        Assert.Equal(columns.SetItem("At", Noon.ToUniversalTime()).OrderBy(c => c.Key), found.Columns.OrderBy(c => c.Key));
    }

    [Fact]
    public async Task What_was_never_written_is_missing()
    {
        Assert.Null(await Table.FindAsync("p", "r", Cancellation));
        Assert.False(await Table.DeleteAsync("p", "r", null, Cancellation));
        Assert.IsType<WriteReply.Missing>(await Table.ReplaceAsync(new("p", "r", "{}") { ETag = "W/\"1\"" }, Cancellation));
    }

    [Fact]
    public async Task A_second_insert_finds_the_first()
    {
        await WriteAsync(new("p", "r", "1"));
        Assert.IsType<WriteReply.Exists>(await Table.InsertAsync(new("p", "r", "2"), Cancellation));
        Assert.Equal("1", (await Table.FindAsync("p", "r", Cancellation))!.Json);
    }

    [Fact]
    public async Task A_replace_writes_the_document_whole_and_only_over_the_version_it_read()
    {
        var first = await WriteAsync(new("p", "r", "1") { Columns = Columns(("Gone", "x")) });

        var second = await Table.ReplaceAsync(new("p", "r", "2") { ETag = first }, Cancellation);
        var late = await Table.ReplaceAsync(new("p", "r", "3") { ETag = first }, Cancellation);

        var found = await Table.FindAsync("p", "r", Cancellation);
        Assert.Equal("2", found!.Json);
        Assert.Empty(found.Columns);
        Assert.Equal(Assert.IsType<WriteReply.Written>(second).ETag, found.ETag);
        Assert.IsType<WriteReply.Conflict>(late);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    public async Task A_replace_needs_a_version(string etag)
    {
        await WriteAsync(new("p", "r", "1"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Table.ReplaceAsync(new("p", "r", "2") { ETag = etag }, Cancellation));
        Assert.Equal("1", (await Table.FindAsync("p", "r", Cancellation))!.Json);
    }

    [Fact]
    public async Task A_version_of_a_document_that_was_deleted_and_written_anew_is_another()
    {
        var first = await WriteAsync(new("p", "r", "1"));
        await Table.DeleteAsync("p", "r", first, Cancellation);
        var second = await WriteAsync(new("p", "r", "1"));

        Assert.NotEqual(first, second);
        Assert.IsType<WriteReply.Conflict>(await Table.ReplaceAsync(new("p", "r", "2") { ETag = first }, Cancellation));
        Assert.False(await Table.DeleteAsync("p", "r", first, Cancellation));
        Assert.Equal(second, (await Table.FindAsync("p", "r", Cancellation))!.ETag);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{\"a\":\"\\u0000\"}")]
    [InlineData("\"\u0001\u2028\U0001F600\uFEFF\"")]
    public async Task Any_text_comes_back_as_it_was(string json)
    {
        await WriteAsync(new("p", "r", json) { Columns = Columns(("Text", json)) });
        var found = await Table.FindAsync("p", "r", Cancellation);
        Assert.Equal((json, json), (found!.Json, found.Columns["Text"]));
        Assert.Single(await ListAsync(new() { Where = Columns(("Text", json)) }));
    }

    [Fact]
    public async Task A_time_is_kept_to_its_last_digit()
    {
        var at = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
        await WriteAsync(new("p", "r", "1") { Columns = Columns(("At", at)) });
        Assert.Equal(at, (await Table.FindAsync("p", "r", Cancellation))!.Columns["At"]);
        Assert.Single(await ListAsync(new() { Where = Columns(("At", at)) }));
        Assert.Empty(await ListAsync(new() { Where = Columns(("At", at.AddMilliseconds(1))) }));
    }

    [Fact]
    public async Task A_key_of_the_longest_length_is_kept_and_a_longer_one_refused()
    {
        var key = new string('k', TableKey.LongestKey);
        await WriteAsync(new(key, key, "1"));
        Assert.NotNull(await Table.FindAsync(key, key, Cancellation));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Table.InsertAsync(new(key + "k", "r", "1"), Cancellation));
    }

    [Fact]
    public async Task An_upsert_writes_over_anything()
    {
        await Table.UpsertAsync(new("p", "r", "1"), Cancellation);
        var etag = Assert.IsType<WriteReply.Written>(await Table.UpsertAsync(new("p", "r", "2"), Cancellation)).ETag;
        Assert.Equal(new("p", "r", "2") { ETag = etag }, await Table.FindAsync("p", "r", Cancellation));
    }

    [Fact]
    public async Task A_delete_takes_the_named_version_only()
    {
        var first = await WriteAsync(new("p", "r", "1"));
        var second = Assert.IsType<WriteReply.Written>(await Table.ReplaceAsync(new("p", "r", "2") { ETag = first }, Cancellation)).ETag;

        Assert.False(await Table.DeleteAsync("p", "r", first, Cancellation));
        Assert.True(await Table.DeleteAsync("p", "r", second, Cancellation));
        Assert.Null(await Table.FindAsync("p", "r", Cancellation));
    }

    [Fact]
    public async Task Parallel_increments_guarded_by_etags_lose_nothing()
    {
        await WriteAsync(new("p", "counter", "0"));
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(IncrementAsync, Cancellation)));
        Assert.Equal("64", (await Table.FindAsync("p", "counter", Cancellation))!.Json);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a#b")]
    [InlineData("a?b")]
    [InlineData("a\nb")]
    public async Task A_key_that_was_not_escaped_is_refused_and_an_escaped_one_is_kept(string key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Table.InsertAsync(new(key, "r", "1"), Cancellation));
        await WriteAsync(new(TableKey.Escape(key), TableKey.Escape(key + "'%~"), "1"));
        var found = Assert.Single(await ListAsync(new() { Partition = TableKey.Escape(key) }));
        Assert.Equal(TableKey.Escape(key + "'%~"), found.Row);
    }

    [Theory]
    [InlineData("Json")]
    [InlineData("PartitionKey")]
    [InlineData("1st")]
    [InlineData("a-b")]
    [InlineData("")]
    public async Task A_column_that_the_service_would_refuse_is_refused(string name) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(
            () => Table.InsertAsync(new("p", "r", "1") { Columns = Columns((name, "x")) }, Cancellation));

    private async Task IncrementAsync()
    {
        while (true)
        {
            var document = await Table.FindAsync("p", "counter", Cancellation);
            var next = (int.Parse(document!.Json, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
            if (await Table.ReplaceAsync(document with { Json = next }, Cancellation) is WriteReply.Written)
            {
                return;
            }
        }
    }
}

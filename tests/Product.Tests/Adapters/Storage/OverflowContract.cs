using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>What every table of documents does with JSON that is too long for a column.</summary>
public abstract class OverflowContract : StorageContract
{
    private static readonly string Long = "\"" + new string('ü', 200_000) + "\"";
    private static readonly string Longer = "\"" + new string('x', 2_000_000) + "\"";

    [Theory]
    [InlineData(29_999)]
    [InlineData(30_000)]
    [InlineData(30_001)]
    [InlineData(1_000_000)]
    public async Task A_document_of_any_length_comes_back(int length)
    {
        var json = new string('ü', length);
        var etag = await WriteAsync(new("p", "r", json) { Columns = Columns(("Kind", "long")) });
        var found = await Table.FindAsync("p", "r", Cancellation);
        Assert.Equal((json, etag), (found!.Json, found.ETag));
        Assert.Equal("long", found.Columns["Kind"]);
        Assert.Equal(json, Assert.Single(await ListAsync(new())).Json);
        Assert.Equal(json, Assert.Single((await Table.PageAsync(new(), null, Cancellation)).Documents).Json);
    }

    [Fact]
    public async Task Long_documents_are_replaced_and_guarded_like_short_ones()
    {
        var first = await WriteAsync(new("p", "r", Long));
        var second = Assert.IsType<WriteReply.Written>(await Table.ReplaceAsync(new("p", "r", Longer) { ETag = first }, Cancellation)).ETag;
        Assert.IsType<WriteReply.Conflict>(await Table.ReplaceAsync(new("p", "r", Long) { ETag = first }, Cancellation));
        Assert.IsType<WriteReply.Exists>(await Table.InsertAsync(new("p", "r", Long), Cancellation));
        Assert.Equal(Longer, (await Table.FindAsync("p", "r", Cancellation))!.Json);
        Assert.IsType<WriteReply.Written>(await Table.ReplaceAsync(new("p", "r", "short") { ETag = second }, Cancellation));
        Assert.Equal("short", (await Table.FindAsync("p", "r", Cancellation))!.Json);
        Assert.Equal(0, await OverflowsAsync());
    }

    [Fact]
    public async Task Refused_and_deleted_documents_leave_no_file_behind()
    {
        Assert.IsType<WriteReply.Missing>(await Table.ReplaceAsync(new("p", "r", Long) { ETag = "W/\"1\"" }, Cancellation));
        Assert.Equal(0, await OverflowsAsync());
        var etag = await WriteAsync(new("p", "r", Long));
        Assert.True(await Table.DeleteAsync("p", "r", etag, Cancellation));
        await WriteAsync(new("p", "r", Long));
        await Table.UpsertAsync(new("p", "r", Longer), Cancellation);
        Assert.True(await Table.DeleteAsync("p", "r", null, Cancellation));
        Assert.Equal(0, await OverflowsAsync());
    }

    [Fact]
    public async Task A_reader_beside_a_writer_always_sees_a_whole_document()
    {
        var etag = await WriteAsync(new("p", "r", Long));
        var writer = Task.Run(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    etag = Assert.IsType<WriteReply.Written>(
                        await Table.ReplaceAsync(new("p", "r", i % 2 == 0 ? Longer : Long) { ETag = etag }, Cancellation)).ETag;
                }
            },
            Cancellation);
        while (!writer.IsCompleted)
        {
            Assert.Contains((await Table.FindAsync("p", "r", Cancellation))!.Json, new[] { Long, Longer });
        }

        await writer;
    }

    private async Task<int> OverflowsAsync() => await Blobs.ListAsync("overflow/", Cancellation).CountAsync(Cancellation);
}

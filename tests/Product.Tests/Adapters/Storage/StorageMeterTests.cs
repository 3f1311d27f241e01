using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class StorageMeterTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Every_request_is_counted()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var storage = await StorageServices.Of(await azurite.NewStorageAsync()).CreatedAsync();
        var table = storage.Tables["things"];
        storage.Meter.Reset();

        var written = Assert.IsType<WriteReply.Written>(await table.InsertAsync(new("p", "r", "1"), cancellation));
        await table.FindAsync("p", "r", cancellation);
        await table.ReplaceAsync(new("p", "r", "2") { ETag = written.ETag }, cancellation);
        await table.PageAsync(new(), null, cancellation);
        await storage.Blobs.PutBytesAsync("a", "x"u8.ToArray(), "x/y", cancellation);
        await storage.Blobs.FindAsync("a", cancellation);

        Assert.Equal(6, storage.Meter.Total);
        Assert.Equal(
            [(new("blob", "HEAD"), 1), (new("blob", "PUT"), 1), (new("table", "GET"), 2), (new("table", "POST"), 1),
                (new("table", "PUT"), 1)],
            storage.Meter.Counts.OrderBy(c => c.Key.ToString()).Select(c => (c.Key, c.Value)));
    }
}

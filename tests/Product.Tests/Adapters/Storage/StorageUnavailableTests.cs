using System.Net;
using System.Net.Sockets;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class StorageUnavailableTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Storage_that_is_down_is_said_to_be_unavailable()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var endpoint = $"http://127.0.0.1:{ClosedPort()}/devstoreaccount1";
        await using var storage = StorageServices.Of(new()
        {
            ConnectionString =
                $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=AAAA;BlobEndpoint={endpoint};TableEndpoint={endpoint};",
        });

        await Task.WhenAll(
            Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Blobs.FindAsync("a", cancellation)),
            Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Blobs.PutAsync("a", Stream.Null, new("x/y"), cancellation)),
            Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Tables["things"].FindAsync("p", "r", cancellation)),
            Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Tables["things"].InsertAsync(new("p", "r", "{}"), cancellation)),
            Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Tables["things"].PageAsync(new(), null, cancellation)));
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_told_that_storage_is_down()
    {
        await using var storage = StorageServices.Of(new() { ConnectionString = "UseDevelopmentStorage=true" });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storage.Blobs.FindAsync("a", new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Tables_and_a_container_that_are_gone_are_not_taken_for_empty_ones()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var storage = StorageServices.Of(await azurite.NewStorageAsync());
        var table = storage.Tables["things"];
        foreach (Func<Task> act in (Func<Task>[])
        [
            () => table.FindAsync("p", "r", cancellation), () => table.InsertAsync(new("p", "r", "{}"), cancellation),
            () => table.ReplaceAsync(new("p", "r", "{}") { ETag = "W/\"x\"" }, cancellation),
            () => table.UpsertAsync(new("p", "r", "{}"), cancellation), () => table.DeleteAsync("p", "r", "W/\"x\"", cancellation),
            () => table.PageAsync(new(), null, cancellation),
            () => storage.Blobs.FindAsync("a", cancellation), () => storage.Blobs.OpenReadAsync("a", cancellation),
            () => storage.Blobs.ReadBytesAsync("a", 1, cancellation), () => storage.Blobs.DeleteAsync("a", cancellation),
            () => storage.Blobs.PutBytesAsync("a", new byte[1], "x/y", cancellation),
            () => storage.Blobs.ListAsync("", cancellation).CountAsync(cancellation).AsTask(),
        ])
        {
            Assert.Equal(404, (await Assert.ThrowsAsync<StorageRefusedException>(act)).Status);
        }
    }

    [Fact]
    public async Task A_key_that_is_no_more_is_said_to_be_refused()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var right = await azurite.NewStorageAsync();
        var parts = right.ConnectionString!.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Where(p => !p.StartsWith("AccountKey=", StringComparison.Ordinal));
        await using var storage = StorageServices.Of(right with { ConnectionString = string.Join(';', [.. parts, "AccountKey=AAAA"]) });
        foreach (Func<Task> act in (Func<Task>[])
        [
            () => storage.Blobs.FindAsync("a", cancellation), () => storage.Tables["things"].FindAsync("p", "r", cancellation),
        ])
        {
            Assert.Equal(403, (await Assert.ThrowsAsync<StorageRefusedException>(act)).Status);
        }
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Net;
using System.Net.Sockets;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class StorageUnavailableTests
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

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

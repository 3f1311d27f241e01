using System.Net;
using Azure.Core;
using Azure.Core.Pipeline;
using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class PatienceTests
{
    private static readonly StorageOptions Somewhere = new()
    {
        ConnectionString = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=AAAA;EndpointSuffix=core.example",
    };

    private readonly FakeTimeProvider clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0, 8)]
    [InlineData(0, 3, 5)]
    [InlineData(0, 9, -1)]
    [InlineData(1 << 20, 0, 16)]
    [InlineData(4 << 20, 10, 30)]
    public void What_is_sent_along_may_take_its_time(int bytes, int passed, int left)
    {
        var patience = new Patience(TimeSpan.FromSeconds(8), clock);
        using var message = new HttpMessage(HttpClientTransport.Shared.CreateRequest(), new ResponseClassifier());
        message.Request.Content = RequestContent.Create(new byte[bytes]);
        patience.Begin(message);
        clock.Advance(TimeSpan.FromSeconds(passed));

        Assert.Equal(left, patience.LeftOf(message).TotalSeconds, 3);
    }

    [Fact]
    public void An_outage_is_known_for_a_moment_or_until_storage_answers()
    {
        var outage = new Outage(clock);
        Assert.Null(outage.Now);

        var why = new IOException();
        outage.Began(why);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Same(why, outage.Now);

        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Null(outage.Now);

        outage.Began(why);
        outage.Ended();
        Assert.Null(outage.Now);
    }

    [Fact]
    public async Task Storage_that_never_answers_is_given_up_and_not_asked_again_at_once()
    {
        using var storage = new Answering(async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return new HttpResponseMessage();
        });
        var table = storage.Over(TimeSpan.FromSeconds(0.3));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => table.FindAsync("p", "r", Cancellation));
        Assert.Equal(1, storage.Asked);
    }

    [Fact]
    public async Task Storage_that_asks_for_more_patience_than_there_is_is_not_waited_for()
    {
        using var storage = new Answering((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
        {
            Headers = { RetryAfter = new(TimeSpan.FromMinutes(1)) },
        }));
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => storage.Over(TimeSpan.FromSeconds(8)).FindAsync("p", "r", Cancellation).WaitAsync(TimeSpan.FromSeconds(8), Cancellation));
        Assert.Equal(1, storage.Asked);
    }

    [Fact]
    public async Task A_busy_moment_of_storage_is_waited_for()
    {
        using var storage = new Answering((asked, _) =>
            Task.FromResult(new HttpResponseMessage(asked == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NotFound)));
        Assert.Null(await storage.Over(TimeSpan.FromSeconds(8)).FindAsync("p", "r", Cancellation));
        Assert.Equal(2, storage.Asked);
    }

    [Fact]
    public async Task Storage_that_has_no_room_is_said_to_be_full()
    {
        using var storage = new Answering((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.InsufficientStorage)));
        await Assert.ThrowsAsync<StorageFullException>(
            () => storage.Over(TimeSpan.FromSeconds(1)).InsertAsync(new("p", "r", "{}"), Cancellation));
    }

    /// <summary>Storage that answers each request as the test says.</summary>
    private sealed class Answering(Func<int, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        public int Asked { get; private set; }

        public IDocumentTable Over(TimeSpan patience)
        {
            var clients = new StorageClients(Somewhere, new StorageMeter(), new HttpClientTransport(new HttpClient(this)),
                new(patience, TimeProvider.System));
            var blobs = new AzureBlobStore(clients.Blobs.GetBlobContainerClient("c"));
            return new AzureDocumentTables(clients.Tables, "t", blobs)["things"];
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(++Asked, cancellationToken);
    }
}

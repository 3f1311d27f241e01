using Azure.Core;
using Azure.Core.Pipeline;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class OwnRetryTests(AzuriteFixture azurite)
{
    private static readonly string Long = new('x', 50_000);

    [Fact]
    public async Task A_long_document_whose_answer_got_lost_is_recognised_when_it_is_sent_again()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var options = await azurite.NewStorageAsync();
        await using var storage = await StorageServices.Of(options).CreatedAsync();
        var transport = new ForgetfulTransport();
        var clients = new StorageClients(options, new StorageMeter(), new(TimeProvider.System), transport);
        var table = new AzureDocumentTables(clients.Tables, options.TablePrefix, storage.Blobs)["things"];

        transport.ForgetNext();
        var inserted = Assert.IsType<WriteReply.Written>(await table.InsertAsync(new("p", "r", Long + "1"), cancellation));
        Assert.Equal(new("p", "r", Long + "1") { ETag = inserted.ETag }, await table.FindAsync("p", "r", cancellation));

        transport.ForgetNext();
        var replaced =
            Assert.IsType<WriteReply.Written>(await table.ReplaceAsync(new("p", "r", Long + "2") { ETag = inserted.ETag }, cancellation));
        Assert.Equal(new("p", "r", Long + "2") { ETag = replaced.ETag }, await table.FindAsync("p", "r", cancellation));
        Assert.Equal(2, transport.Forgotten);
    }

    /// <summary>Delivers a request, and then loses the answer.</summary>
    private sealed class ForgetfulTransport : HttpPipelineTransport
    {
        private bool forgets;

        public int Forgotten { get; private set; }

        public void ForgetNext() => forgets = true;

        public override Request CreateRequest() => HttpClientTransport.Shared.CreateRequest();

        public override void Process(HttpMessage message) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            await HttpClientTransport.Shared.ProcessAsync(message);
            if (!forgets)
            {
                return;
            }

            forgets = false;
            Forgotten++;
            throw new IOException("The line went dead.");
        }
    }
}

using Azure.Core;
using Azure.Core.Pipeline;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>Storage that answers each request as the test says.</summary>
internal sealed class AnsweringStorage(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    private static readonly StorageOptions Somewhere = new()
    {
        ConnectionString = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=AAAA;EndpointSuffix=core.example",
    };

    public int Asked { get; private set; }

    /// <summary>Whether its answers say whose they are.</summary>
    public bool IsForeign { get; init; }

    public (IDocumentTable Table, IBlobStore Blobs) Over(TimeProvider clock, TimeSpan? patience = null)
    {
        var (tables, blobs) = AllOver(clock, patience);
        return (tables["things"], blobs);
    }

    /// <summary>A table that an identity opens.</summary>
    public IDocumentTable Over(TimeProvider clock, TokenCredential identity)
    {
        var clients = new StorageClients(new() { AccountName = "a" }, new StorageMeter(), new(clock),
            new HttpClientTransport(new HttpClient(this)), identity);
        return new AzureDocumentTables(clients.Tables, "t", clients.BlobsOf("c"))["things"];
    }

    public (IDocumentTables Tables, IBlobStore Blobs) AllOver(TimeProvider clock, TimeSpan? patience = null)
    {
        var clients = new StorageClients(Somewhere, new StorageMeter(), new(clock, patience),
            new HttpClientTransport(new HttpClient(this)));
        var blobs = clients.BlobsOf("c");
        return (new AzureDocumentTables(clients.Tables, "t", blobs), blobs);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked++;
        var given = await answer(request, cancellationToken);
        if (!IsForeign)
        {
            given.Headers.Add("x-ms-version", "2026-01-01");
        }

        return given;
    }
}

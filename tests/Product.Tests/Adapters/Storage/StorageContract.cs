using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Adapters.Storage;

/// <summary>A storage of its own for each test of a contract.</summary>
public abstract class StorageContract : IAsyncLifetime
{
    private StorageServices? storage;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // xunit initializes before it tests.
    private protected IBlobStore Blobs => storage!.Blobs;

    private protected IDocumentTable Table => storage!.Tables["things"];

    public async ValueTask InitializeAsync() => storage = await (await NewStorageAsync()).CreatedAsync();

    public ValueTask DisposeAsync() => storage?.DisposeAsync() ?? ValueTask.CompletedTask;

    private protected abstract Task<StorageServices> NewStorageAsync();

    private protected static ImmutableDictionary<string, object> Columns(params (string Name, object Value)[] columns) =>
        columns.ToImmutableDictionary(c => c.Name, c => c.Value);

    private protected async Task<string> WriteAsync(Document document) =>
        Assert.IsType<WriteReply.Written>(await Table.InsertAsync(document, Cancellation)).ETag;

    private protected async Task<List<Document>> ListAsync(DocumentQuery query)
    {
        List<Document> found = [];
        await foreach (var document in Table.QueryAsync(query, Cancellation))
        {
            found.Add(document);
        }

        return found;
    }
}

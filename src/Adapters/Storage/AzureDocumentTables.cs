using System.Collections.Concurrent;
using Azure.Data.Tables;

namespace ComfyFunc.Adapters.Storage;

/// <summary>The tables of one storage account whose names begin with the configured prefix.</summary>
internal sealed class AzureDocumentTables(TableServiceClient service, string prefix, IBlobStore blobs) : IDocumentTables
{
    private readonly ConcurrentDictionary<string, AzureDocumentTable> tables = new(StringComparer.OrdinalIgnoreCase);

    public IDocumentTable this[string name] =>
        tables.GetOrAdd(name, n => new(service.GetTableClient(prefix + n), new DocumentOverflow(n, blobs)));

    public bool AreShared => true;

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        Task.WhenAll(names.Select(name => service.CreateTableIfNotExistsAsync(prefix + name, cancellationToken)));
}

using System.Collections.Concurrent;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>All tables of a data folder.</summary>
internal sealed class EmbeddedDocumentTables(EmbeddedDatabase database, StorageMeter meter) : IDocumentTables
{
    private readonly ConcurrentDictionary<string, EmbeddedDocumentTable> tables = new(StringComparer.OrdinalIgnoreCase);

    public IDocumentTable this[string name] => tables.GetOrAdd(name, n => new(database, DocumentSql.Of(n), meter));

    /// <summary>One process owns the folder.</summary>
    public bool AreShared => false;

    public IDisposable? Gather() => database.Gather();

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        DocumentSql[] tables = [.. names.Select(DocumentSql.Of)];
        return database.WriteAsync(session => tables.Sum(sql => DocumentSchema.Create(session, sql)), cancellationToken);
    }
}

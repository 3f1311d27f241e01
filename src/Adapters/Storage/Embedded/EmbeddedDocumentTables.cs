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
        string[] sql = [.. names.Select(n => DocumentSql.Of(n).Create)];
        return database.WriteAsync(session => sql.Sum(s => session.Run(s)), cancellationToken);
    }
}

using System.Collections.Concurrent;

namespace ComfyFunc.Adapters.Storage;

/// <summary>The in-memory twin of all tables; each comes into being when it is first named.</summary>
public sealed class MemoryDocumentTables : IDocumentTables
{
    private readonly ConcurrentDictionary<string, MemoryDocumentTable> tables = new(StringComparer.OrdinalIgnoreCase);

    public IDocumentTable this[string name] => tables.GetOrAdd(name, _ => new());

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken) => Task.CompletedTask;
}

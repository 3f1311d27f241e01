using System.Collections.Concurrent;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>The in-memory twin of all tables. As in an account, one that nobody created is not there.</summary>
internal sealed class MemoryDocumentTables : IDocumentTables
{
    private readonly ConcurrentDictionary<string, MemoryDocumentTable> tables = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string>? created;

    public IDocumentTable this[string name]
    {
        get
        {
            Check(name);
            return tables.GetOrAdd(name, _ => new());
        }
    }

    public bool AreShared { get; init; } = true;

    public Task EnsureCreatedAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        created = names.Concat(created ?? Enumerable.Empty<string>()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in tables.Keys)
        {
            Check(name);
        }

        return Task.CompletedTask;
    }

    // Stores name their tables before the application creates them.
    private void Check(string name)
    {
        if (created?.Contains(name) is false)
        {
            throw new InvalidOperationException($"Nobody creates the table '{name}': it is missing in {nameof(StoragePreparation)}.");
        }
    }
}

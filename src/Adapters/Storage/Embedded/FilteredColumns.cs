using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// The columns of each table that the application filters by. Each has an index, so that a listing reads what it shows and not what it
/// leaves out. By others can be filtered too, one document after the other.
/// </summary>
internal static class FilteredColumns
{
    private static readonly FrozenDictionary<string, ImmutableArray<string>> All = new Dictionary<string, ImmutableArray<string>>
    {
        ["runs"] = ["Open", "Batch", "Workflow", "Client", "Status", "Host"],
        ["batches"] = ["Open", "Workflow", "Client"],
        ["calls"] = ["Day"],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static ImmutableArray<string> Of(string table) => All.GetValueOrDefault(table, []);
}

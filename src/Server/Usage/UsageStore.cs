using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Usage;

/// <summary>The Usage table: sums by day, client and workflow version, which outlive the runs.</summary>
public sealed class UsageStore(IDocumentTables tables, ComfyFuncOptions options, TimeProvider clock)
{
    private const char Separator = '\n';

    private readonly IDocumentTable table = tables["usage"];

    public Task AddAsync(UsageRow more, CancellationToken cancellationToken) => table.ChangeAsync<UsageRow>(more.Day,
        RowsOf(more.Client) + TableKey.Escape($"{more.Workflow.ToLowerInvariant()}{Separator}{more.Version}"),
        $"the usage of '{more.Workflow}'", sum => sum is null ? more : sum.Plus(more), cancellationToken);

    /// <param name="from">The first day, as yyyyMMdd.</param>
    /// <param name="to">The last day.</param>
    /// <param name="client"><see langword="null"/> for all.</param>
    public async Task<ImmutableArray<UsageRow>> SumAsync(string from, string to, string? client, CancellationToken cancellationToken)
    {
        var sums = new SortedDictionary<(string Client, string Workflow, int Version), UsageRow>();
        await foreach (var document in table.QueryAsync(new DocumentQuery
        {
            PartitionFrom = from,
            PartitionBefore = $"{to}~",
            RowFrom = client is null ? null : RowsOf(client),
            RowBefore = client is null ? null : TableKey.Escape($"{client}{(char)(Separator + 1)}"),
            PageSize = DocumentQuery.LargestPage
        }, cancellationToken))
        {
            var row = StoredJson.Read<UsageRow>(document.Json);
            if (client is null || row.Client == client)
            {
                var key = (row.Client, row.Workflow, row.Version);
                sums[key] = sums.TryGetValue(key, out var known) ? known.Plus(row) : row;
            }
        }

        return [.. sums.Values];
    }

    /// <summary>Forgets days that are too long ago.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) =>
        table.ClearAsync(new() { PartitionBefore = UtcDay.Of(clock.GetUtcNow() - options.UsageRetention) }, cancellationToken);

    private static string RowsOf(string client) => TableKey.Escape($"{client}{Separator}");
}

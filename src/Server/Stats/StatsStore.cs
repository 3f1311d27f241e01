using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Stats;

namespace ComfyFunc.Server.Stats;

/// <summary>The Stats table: what each minute's ended runs came to, a row for each process that saw some, kept for a week.</summary>
public sealed class StatsStore(IDocumentTables tables, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private readonly IDocumentTable table = tables["stats"];

    /// <param name="id">Of the row among those of its minute. Nobody else writes it.</param>
    internal Task WriteAsync(string id, StatsRow row, CancellationToken cancellationToken) =>
        table.UpsertAsync(new Document(PartitionOf(row.Minute), id, StoredJson.Write(row)), cancellationToken);

    /// <summary>All lines of the minutes of a time.</summary>
    public async Task<ImmutableArray<(DateTimeOffset At, StatsLine Line)>> ReadAsync(StatsSpan span, CancellationToken cancellationToken)
    {
        var lines = ImmutableArray.CreateBuilder<(DateTimeOffset, StatsLine)>();
        var query = new DocumentQuery
        {
            PartitionFrom = PartitionOf(span.From),
            PartitionBefore = PartitionOf(span.To.AddMinutes(1)),
            PageSize = DocumentQuery.LargestPage
        };
        await foreach (var document in table.QueryAsync(query, cancellationToken))
        {
            var row = StoredJson.Read<StatsRow>(document.Json);
            lines.AddRange(row.Lines.Select(l => (row.Minute, l)));
        }

        return lines.ToImmutable();
    }

    /// <summary>Forgets what is too long ago.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var query = new DocumentQuery { PartitionBefore = PartitionOf(clock.GetUtcNow() - Kept), PageSize = DocumentQuery.LargestPage };
        await foreach (var document in table.QueryAsync(query, cancellationToken))
        {
            await table.DeleteAsync(document.Partition, document.Row, document.ETag, cancellationToken);
        }
    }

    private static string PartitionOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
}

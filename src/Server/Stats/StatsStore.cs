using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine.Stats;
using ComfyFunc.Server.Kit;

namespace ComfyFunc.Server.Stats;

/// <summary>
/// The Stats table: what each minute's ended runs came to, a row for each process that saw some, kept for a week; and the same by quarters
/// of an hour, a row each, for whoever asks for days.
/// </summary>
public sealed class StatsStore(IDocumentTables tables, TimeProvider clock)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const string Quarters = "quarters"; // Behind all minutes.
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    // A minute's rows have been written by then, as a rule. One that comes later adds to its quarter.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Late = Settled - TimeSpan.FromMinutes(5);

    private readonly IDocumentTable table = tables["stats"];

    /// <param name="id">Of the row among those of its minute. Nobody else writes it.</param>
    internal async Task WriteAsync(string id, StatsRow row, CancellationToken cancellationToken)
    {
        await table.UpsertAsync(new Document(PartitionOf(row.Minute), id, StoredJson.Write(row)), cancellationToken);
        if (clock.GetUtcNow() - row.Minute > Late && row.Minute < await SummedToAsync(cancellationToken))
        {
            await SumAgainAsync(StatsSpan.QuarterOf(row.Minute), cancellationToken);
        }
    }

    /// <summary>All lines of a time: of whole quarters where it is cut into such, and of minutes at its edges.</summary>
    public async Task<ImmutableArray<(DateTimeOffset At, StatsLine Line)>> ReadAsync(StatsSpan span, CancellationToken cancellationToken)
    {
        var (from, to) = span.IsOfQuarters ? await SummedWithinAsync(span, cancellationToken) : (span.From, span.From);
        DocumentQuery[] queries = from < to
            ? [
                MinutesOf(span.From, from), QuartersBefore(to) with { RowBefore = RowOf(from - Tick) },
                MinutesOf(to, span.To.AddMinutes(1)),
            ]
            : [MinutesOf(span.From, span.To.AddMinutes(1))];
        var lines = ImmutableArray.CreateBuilder<(DateTimeOffset, StatsLine)>();
        foreach (var query in queries.Where(q => q.Partition is not null || q.PartitionFrom != q.PartitionBefore))
        {
            await foreach (var row in RowsAsync(query, cancellationToken))
            {
                lines.AddRange(row.Lines.Select(l => (row.Minute, l)));
            }
        }

        return lines.ToImmutable();
    }

    /// <summary>Sums up the quarters that have settled, and forgets what is too long ago.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - Kept;
        await SumAsync(StatsSpan.QuarterOf(oldest), StatsSpan.QuarterOf(clock.GetUtcNow() - Settled), cancellationToken);
        await table.ClearAsync(new() { PartitionBefore = PartitionOf(oldest) }, cancellationToken);
        await table.ClearAsync(QuartersBefore(oldest - Quarter), cancellationToken);
    }

    // One after the other: what lies before the newest is summed up, and is nothing where there is no row. Who writes late adds to a sum
    // that is there: what came while there was none yet is looked for afterwards.
    private async Task SumAsync(DateTimeOffset oldest, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var from = await SummedToAsync(cancellationToken) is var known && known > oldest ? known : oldest;
        if (from >= to)
        {
            return;
        }

        var summed = new HashSet<string>(StringComparer.Ordinal);
        var sum = new StatsRow(from, []);
        await foreach (var document in DocumentsAsync(MinutesOf(from, to), cancellationToken))
        {
            var row = StoredJson.Read<StatsRow>(document.Json);
            var quarter = StatsSpan.QuarterOf(row.Minute);
            if (quarter != sum.Minute && !sum.Lines.IsEmpty)
            {
                await AddAsync(sum, cancellationToken);
            }

            sum = new(quarter, StatsLine.Merged([.. quarter == sum.Minute ? sum.Lines : [], .. row.Lines]));
            summed.Add(VersionOf(document));
        }

        foreach (var last in new[] { sum, new(to - Quarter, []) }.DistinctBy(r => r.Minute))
        {
            await AddAsync(last, cancellationToken);
        }

        var late = await DocumentsAsync(MinutesOf(from, to), cancellationToken).Where(d => !summed.Contains(VersionOf(d)))
            .Select(d => StatsSpan.QuarterOf(StoredJson.Read<StatsRow>(d.Json).Minute)).Distinct().ToArrayAsync(cancellationToken);
        foreach (var quarter in late)
        {
            await SumAgainAsync(quarter, cancellationToken);
        }
    }

    // Another process that sums up as well knows perhaps more, or less.
    private async Task AddAsync(StatsRow sum, CancellationToken cancellationToken)
    {
        if (await table.InsertAsync(ToQuarter(sum), cancellationToken) is not WriteReply.Written)
        {
            await SumAgainAsync(sum.Minute, cancellationToken);
        }
    }

    private async Task SumAgainAsync(DateTimeOffset quarter, CancellationToken cancellationToken) =>
        await table.ChangeAsync<StatsRow>(Quarters, RowOf(quarter), $"the statistics of {quarter:O}",
            async _ => new(quarter, StatsLine.Merged(await RowsAsync(MinutesOf(quarter, quarter + Quarter), cancellationToken)
                .SelectMany(r => r.Lines).ToListAsync(cancellationToken))),
            cancellationToken);

    // The newest comes first.
    private async Task<DateTimeOffset> SummedToAsync(CancellationToken cancellationToken) =>
        await table.PageAsync(new() { Partition = Quarters, PageSize = 1 }, null, cancellationToken) is { Documents: [var newest, ..] }
            ? StoredJson.Read<StatsRow>(newest.Json).Minute + Quarter : DateTimeOffset.MinValue;

    private async Task<(DateTimeOffset From, DateTimeOffset To)> SummedWithinAsync(StatsSpan span, CancellationToken cancellationToken)
    {
        var (from, to) = (StatsSpan.QuarterOf(span.From + Quarter - Tick), StatsSpan.QuarterOf(span.To));
        return (from, await SummedToAsync(cancellationToken) is var summed && summed < to ? summed : to);
    }

    private IAsyncEnumerable<StatsRow> RowsAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        DocumentsAsync(query, cancellationToken).Select(d => StoredJson.Read<StatsRow>(d.Json));

    private IAsyncEnumerable<Document> DocumentsAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        table.QueryAsync(query with { PageSize = DocumentQuery.LargestPage }, cancellationToken);

    private static DocumentQuery MinutesOf(DateTimeOffset from, DateTimeOffset to) =>
        new() { PartitionFrom = PartitionOf(from), PartitionBefore = PartitionOf(to) };

    private static DocumentQuery QuartersBefore(DateTimeOffset to) => new() { Partition = Quarters, RowFrom = RowOf(to - Tick) };

    private static string VersionOf(Document document) => $"{document.Partition} {document.Row} {document.ETag}";

    private static Document ToQuarter(StatsRow sum) => new(Quarters, RowOf(sum.Minute), StoredJson.Write(sum));

    private static string PartitionOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);

    private static string RowOf(DateTimeOffset quarter) =>
        (DateTimeOffset.MaxValue.UtcTicks - quarter.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;

namespace ComfyFunc.Server.Runs;

/// <summary>Which runs a listing shows.</summary>
public sealed record RunFilter(string? Workflow = null, string? Client = null, string? Batch = null, string? Host = null)
{
    /// <summary>Any of these; all where there are none.</summary>
    public ImmutableArray<RunStatus> Statuses { get; init; } = [];

    /// <summary>The earliest moment at which a run's call may have come, by its id.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Members that a run's metadata has, each with this value. Storage cannot tell: rows have to be looked at.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    internal static ImmutableDictionary<string, object> Open { get; } = ImmutableDictionary<string, object>.Empty.Add("Open", true);

    private static ImmutableDictionary<string, ImmutableArray<object>> NoChoice { get; } =
        ImmutableDictionary<string, ImmutableArray<object>>.Empty;

    internal static ImmutableDictionary<string, object> Of(string client) =>
        ImmutableDictionary<string, object>.Empty.Add(nameof(Client), client);

    /// <summary>Whether a run that storage has found is meant.</summary>
    internal bool Fits(RunRecord run) =>
        Metadata.All(m => run.Metadata is { } metadata && metadata.TryGetProperty(m.Key, out var value) && IsAlike(value, m.Value));

    internal DocumentQuery ToQuery(RunPartitions partitions, int size)
    {
        var columns = ImmutableDictionary<string, object>.Empty;
        columns = Workflow is null ? columns : columns.Add(nameof(Workflow), Workflow);
        columns = Client is null ? columns : columns.Add(nameof(Client), Client);
        columns = Batch is null ? columns : columns.Add(nameof(Batch), Batch);
        columns = Host is null ? columns : columns.Add(nameof(Host), Host);
        return WithinBatch(partitions, new()
        {
            Where = columns,
            WhereAny = Statuses.IsEmpty ? NoChoice : NoChoice.Add("Status", [.. Statuses.Select(s => s.ToString())]),
            PageSize = size,
            PartitionFrom = CreatedBefore is { } before ? partitions.Of(before) : null,
            RowFrom = CreatedBefore is { } end ? RunKeys.RowBefore(end) : null,
            PartitionBefore = CreatedFrom is { } from ? partitions.After(from) : null,
            RowBefore = CreatedFrom is { } start ? RunKeys.RowBefore(start) : null,
        });
    }

    // A batch's runs have ids that were made right after its own.
    private DocumentQuery WithinBatch(RunPartitions partitions, DocumentQuery query)
    {
        if (!RunId.TryParse(Batch, out var batch))
        {
            return query;
        }

        var (from, before) = (partitions.Of(RunKeys.CreatedAt(batch).AddDays(1)), RunKeys.RowAfter(batch));
        return query with
        {
            PartitionFrom = string.CompareOrdinal(query.PartitionFrom, from) > 0 ? query.PartitionFrom : from,
            PartitionBefore = query.PartitionBefore ?? partitions.After(RunKeys.CreatedAt(batch)),
            RowBefore = query.RowBefore is { } row && string.CompareOrdinal(row, before) < 0 ? row : before,
        };
    }

    // A query has texts alone, so 17 is a number or a text.
    private static bool IsAlike(JsonElement value, string text) => value.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(text),
        JsonValueKind.Number => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted)
            && value.TryGetDecimal(out var number) && number == wanted,
        JsonValueKind.True => text == "true",
        JsonValueKind.False => text == "false",
        _ => false, // Nothing in it can be asked for.
    };
}

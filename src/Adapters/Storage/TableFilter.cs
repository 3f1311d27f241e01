using System.Collections.Immutable;
using Azure.Data.Tables;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Writes a query as the OData filter that Azure Tables understands.</summary>
internal static class TableFilter
{
    public static string? From(DocumentQuery query, DocumentCursor? after)
    {
        List<string> clauses = [];
        if (query.Partition is { } partition)
        {
            clauses.Add(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"));
        }

        if (query.PartitionFrom is { } partitionFrom)
        {
            clauses.Add(TableClient.CreateQueryFilter($"PartitionKey ge {partitionFrom}"));
        }

        if (query.PartitionBefore is { } partitionBefore)
        {
            clauses.Add(TableClient.CreateQueryFilter($"PartitionKey lt {partitionBefore}"));
        }

        if (query.RowFrom is { } rowFrom)
        {
            clauses.Add(TableClient.CreateQueryFilter($"RowKey ge {rowFrom}"));
        }

        if (query.RowBefore is { } rowBefore)
        {
            clauses.Add(TableClient.CreateQueryFilter($"RowKey lt {rowBefore}"));
        }

        if (after is { HasKeys: true } cursor)
        {
            clauses.Add(After(query, cursor));
        }

        clauses.AddRange(query.Filters.Select(OneOf));
        return clauses.Count == 0 ? null : string.Join(" and ", clauses);
    }

    // "PartitionKey ge" bounds the scan; the service does not derive a bound from an "or".
    private static string After(DocumentQuery query, DocumentCursor cursor) => query.Partition is not null
        ? TableClient.CreateQueryFilter($"RowKey gt {cursor.Row}")
        : TableClient.CreateQueryFilter(
            $"PartitionKey ge {cursor.Partition} and (PartitionKey gt {cursor.Partition} or RowKey gt {cursor.Row})");

    private static string OneOf((string Name, ImmutableArray<object> Values) filter) => filter.Values switch
    {
        [var value] => Is(filter.Name, value),
        var values => $"({string.Join(" or ", values.Select(v => Is(filter.Name, v)))})",
    };

    private static string Is(string name, object value) => $"{name} eq {Literal(Columns.Normal(name, value))}";

    private static string Literal(object value) => TableClient.CreateQueryFilter($"{value}");
}

using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>One page of a query as SQL and its parameters.</summary>
internal sealed record DocumentSelect(string Sql, (string Name, object? Value)[] Parameters)
{
    // Where fewer documents than this have a value, it does not matter which of two filters leads.
    private const int CountedAtMost = 1000;

    /// <param name="lead">The filter whose index is gone through; <see langword="null"/> goes through the keys.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="count">The most documents.</param>
    public static DocumentSelect Of(DocumentSql table, DocumentQuery query, string? lead, DocumentCursor? after, int count)
    {
        var (clauses, parameters) = BoundsOf(query);
        if (after is { } cursor)
        {
            clauses.Add("(partition, row) > ($afterPartition, $afterRow)");
            parameters.AddRange([("$afterPartition", cursor.Partition), ("$afterRow", cursor.Row)]);
        }

        foreach (var filter in query.Filters.Where(f => f.Name != lead))
        {
            clauses.Add(ClauseOf(table, filter, parameters));
        }

        parameters.Add(("$count", count));
        string[] found = [
            .. WaysOf(table, query, lead, parameters).Select(way => $"""
                SELECT id, partition, row FROM {table.Table} INDEXED BY {table.IndexOf(lead)}
                WHERE {string.Join(" AND ", way is null ? clauses : clauses.Append(way))} ORDER BY partition, row LIMIT $count
                """),
        ];
        return new($"""
            SELECT d.partition, d.row, d.tag, d.columns, {(query.Only.IsEmpty ? "d.json" : "''")}
            FROM ({(found is [var single] ? single : FirstOf(found))}) found
            JOIN {table.Table} d ON d.id = found.id
            ORDER BY d.partition, d.row
            """, [.. parameters]);
    }

    /// <summary>The filter that leaves the fewest documents.</summary>
    /// <param name="count">Answers a statement that counts.</param>
    public static string? LeadOf(DocumentSql table, DocumentQuery query, Func<DocumentSelect, long> count)
    {
        (string Name, ImmutableArray<object>)[] filters = [.. query.Filters.Where(f => table.Indexed.Contains(f.Name))];
        return filters.Length <= 1 ? filters.FirstOrDefault().Name : filters.MinBy(f => count(CountOf(table, query, f))).Name;
    }

    private static DocumentSelect CountOf(DocumentSql table, DocumentQuery query, (string Name, ImmutableArray<object>) filter)
    {
        var (clauses, parameters) = BoundsOf(query);
        clauses.Add(ClauseOf(table, filter, parameters));
        return new($"""
            SELECT count(*) FROM
                (SELECT 1 FROM {table.Table} INDEXED BY {table.IndexOf(filter.Name)}
                 WHERE {string.Join(" AND ", clauses)} LIMIT {CountedAtMost})
            """, [.. parameters]);
    }

    private static string FirstOf(string[] found) =>
        $"SELECT id FROM ({string.Join(" UNION ALL ", found.Select(f => $"SELECT * FROM ({f})"))}) ORDER BY partition, row LIMIT $count";

    // An index gives the documents of one value in their order, and those of several by turns: each value is gone through by itself.
    private static string?[] WaysOf(DocumentSql table, DocumentQuery query, string? lead, List<(string, object?)> parameters) =>
        lead is null ? [null]
        : [
            .. query.Filters.Single(f => f.Name == lead).Values
                .Select(value => ClauseOf(table, (lead, [value]), parameters)),
        ];

    // Normal refuses every name that could say more.
    private static string ClauseOf(DocumentSql table, (string Name, ImmutableArray<object> Values) filter,
        List<(string, object?)> parameters)
    {
        var column = table.Indexed.Contains(filter.Name) ? DocumentSql.Filter(filter.Name) : $"columns ->> '{filter.Name}'";
        var names = new List<string>();
        foreach (var value in filter.Values)
        {
            names.Add($"$where{parameters.Count}");
            parameters.Add((names[^1], ColumnText.Of(Columns.Normal(filter.Name, value))));
        }

        return names is [var single] ? $"{column} = {single}" : $"{column} IN ({string.Join(", ", names)})";
    }

    private static (List<string> Clauses, List<(string, object?)> Parameters) BoundsOf(DocumentQuery query)
    {
        List<string> clauses = ["1"];
        List<(string, object?)> parameters = [];
        Bound("partition = ", query.Partition);
        Bound("partition >= ", query.PartitionFrom);
        Bound("partition < ", query.PartitionBefore);
        Bound("row >= ", query.RowFrom);
        Bound("row < ", query.RowBefore);
        return (clauses, parameters);

        void Bound(string comparison, string? key)
        {
            if (key is not null)
            {
                clauses.Add($"{comparison}$key{parameters.Count}");
                parameters.Add(($"$key{parameters.Count}", key));
            }
        }
    }
}

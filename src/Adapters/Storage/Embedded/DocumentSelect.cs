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

        foreach (var name in query.Where.Keys)
        {
            AddFilter(table, query, name, clauses, parameters);
        }

        parameters.Add(("$count", count));
        return new($"""
            SELECT d.partition, d.row, d.tag, d.columns, d.json
            FROM (SELECT id FROM {table.Table} INDEXED BY {table.IndexOf(lead)}
                  WHERE {string.Join(" AND ", clauses)} ORDER BY partition, row LIMIT $count) found
            JOIN {table.Table} d ON d.id = found.id
            ORDER BY d.partition, d.row
            """, [.. parameters]);
    }

    /// <summary>The filter that leaves the fewest documents.</summary>
    /// <param name="count">Answers a statement that counts.</param>
    public static string? LeadOf(DocumentSql table, DocumentQuery query, Func<DocumentSelect, long> count)
    {
        string[] filters = [.. table.Indexed.Where(query.Where.ContainsKey)];
        return filters.Length <= 1 ? filters.FirstOrDefault() : filters.MinBy(f => count(CountOf(table, query, f)));
    }

    private static DocumentSelect CountOf(DocumentSql table, DocumentQuery query, string column)
    {
        var (clauses, parameters) = BoundsOf(query);
        AddFilter(table, query, column, clauses, parameters);
        return new($"""
            SELECT count(*) FROM
                (SELECT 1 FROM {table.Table} INDEXED BY {table.IndexOf(column)} WHERE {string.Join(" AND ", clauses)} LIMIT {CountedAtMost})
            """, [.. parameters]);
    }

    // Normal refuses every name that could say more.
    private static void AddFilter(DocumentSql table, DocumentQuery query, string name, List<string> clauses, List<(string, object?)> parameters)
    {
        var value = table.Indexed.Contains(name) ? DocumentSql.Filter(name) : $"columns ->> '{name}'";
        clauses.Add($"{value} = $where{parameters.Count}");
        parameters.Add(($"$where{parameters.Count}", ColumnText.Of(Columns.Normal(name, query.Where[name]))));
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

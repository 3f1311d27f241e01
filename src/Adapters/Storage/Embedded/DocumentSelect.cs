namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>One page of a query as SQL and its parameters.</summary>
internal sealed record DocumentSelect(string Sql, (string Name, object? Value)[] Parameters)
{
    /// <param name="after">Where the page before ended.</param>
    /// <param name="count">The most documents.</param>
    public static DocumentSelect Of(DocumentSql table, DocumentQuery query, DocumentCursor? after, int count)
    {
        List<string> clauses = ["1"];
        List<(string, object?)> parameters = [];
        Bound("partition = ", query.Partition);
        Bound("partition >= ", query.PartitionFrom);
        Bound("partition < ", query.PartitionBefore);
        Bound("row >= ", query.RowFrom);
        Bound("row < ", query.RowBefore);
        if (after is { } cursor)
        {
            clauses.Add("(partition, row) > ($afterPartition, $afterRow)");
            parameters.AddRange([("$afterPartition", cursor.Partition), ("$afterRow", cursor.Row)]);
        }

        foreach (var (name, value) in query.Where)
        {
            clauses.Add($"columns ->> '{name}' = $where{parameters.Count}"); // Normal refuses every name that could say more.
            parameters.Add(($"$where{parameters.Count}", ColumnText.Of(Columns.Normal(name, value))));
        }

        parameters.Add(("$count", count));
        return new($"""
            SELECT d.partition, d.row, d.tag, d.columns, d.json
            FROM (SELECT id FROM {table.Table} INDEXED BY {table.Table}_{(query.Where.IsEmpty ? "keys" : "columns")}
                  WHERE {string.Join(" AND ", clauses)} ORDER BY partition, row LIMIT $count) found
            JOIN {table.Table} d ON d.id = found.id
            ORDER BY d.partition, d.row
            """, [.. parameters]);

        void Bound(string comparison, string? key)
        {
            if (key is null)
            {
                return;
            }

            clauses.Add($"{comparison}$key{parameters.Count}");
            parameters.Add(($"$key{parameters.Count}", key));
        }
    }
}

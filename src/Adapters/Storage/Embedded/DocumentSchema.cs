namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>Makes a table, or what a table of an earlier release lacks.</summary>
internal static class DocumentSchema
{
    /// <returns>How many filters it gave a table that was there.</returns>
    public static int Create(SqliteSession session, DocumentSql table)
    {
        session.Run(table.Create);
        var known = session.Rows(table.TableColumns, row => row.GetString(0));
        string[] lacking = [.. table.Indexed.Where(c => !known.Contains(DocumentSql.Filter(c)))];
        foreach (var column in lacking)
        {
            session.Say(table.AddFilter(column));
        }

        foreach (var column in table.Indexed)
        {
            session.Run(table.CreateIndex(column));
        }

        return lacking.Length;
    }
}

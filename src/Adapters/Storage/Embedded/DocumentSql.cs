using System.Buffers;
using System.Collections.Immutable;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// The statements of one table. Keys compare by their bytes, which is the order of listings: escaped keys hold no surrogates.
/// </summary>
/// <param name="Table">Its name in the database.</param>
/// <param name="Indexed">The columns that have an index.</param>
internal sealed record DocumentSql(string Table, ImmutableArray<string> Indexed)
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <exception cref="ArgumentException">A table cannot be called so.</exception>
    public static DocumentSql Of(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(NameCharacters)
        ? new($"documents_{name.ToLowerInvariant()}", FilteredColumns.Of(name))
        : throw new ArgumentException($"A table cannot be called '{name}'.", nameof(name));

    public string Create { get; } = $"""
        CREATE TABLE IF NOT EXISTS {Table}
            (id INTEGER PRIMARY KEY, partition TEXT NOT NULL, row TEXT NOT NULL, tag TEXT NOT NULL, columns TEXT NOT NULL,
             json TEXT NOT NULL{string.Concat(Indexed.Select(c => $", {Filter(c)} TEXT"))});
        CREATE UNIQUE INDEX IF NOT EXISTS {Table}_keys ON {Table} (partition, row);
        """;

    /// <summary>The names of its columns in the database.</summary>
    public string TableColumns { get; } = $"SELECT name FROM pragma_table_info('{Table}')";

    /// <summary>Gives a table that an earlier release made a column that is filtered by since.</summary>
    public string AddFilter(string column) => $"""
        ALTER TABLE {Table} ADD COLUMN {Filter(column)} TEXT;
        UPDATE {Table} SET {Filter(column)} = columns ->> '{column}';
        """;

    public string CreateIndex(string column) => $"""
        CREATE INDEX IF NOT EXISTS {Table}_{column} ON {Table} ({Filter(column)}, partition, row) WHERE {Filter(column)} IS NOT NULL
        """;

    public string Insert { get; } = $"""
        INSERT INTO {Table} (partition, row, tag, columns, json{string.Concat(Indexed.Select(c => $", {Filter(c)}"))})
        VALUES ($partition, $row, $tag, $columns, $json{string.Concat(Indexed.Select(c => $", {ValueOf(c)}"))})
        ON CONFLICT (partition, row) DO NOTHING
        """;

    /// <summary>The columns of a row, and its tag.</summary>
    public string Old { get; } = $"SELECT columns, tag FROM {Table} WHERE partition = $partition AND row = $row";

    /// <summary>Writes over a row. An index whose column is not named is left alone, and costs nothing.</summary>
    /// <param name="changed">The columns with an index whose values are others now.</param>
    public string Update(IEnumerable<string> changed) => $"""
        UPDATE {Table} SET tag = $tag, columns = $columns, json = $json{string.Concat(changed.Select(c => $", {Filter(c)} = {ValueOf(c)}"))}
        WHERE partition = $partition AND row = $row
        """;

    public string Find { get; } = $"SELECT partition, row, tag, columns, json FROM {Table} WHERE partition = $partition AND row = $row";

    public string Delete { get; } = $"DELETE FROM {Table} WHERE partition = $partition AND row = $row AND ($tag IS NULL OR tag = $tag)";

    /// <summary>Where the value of a column with an index lies once more.</summary>
    public static string Filter(string column) => $"filter_{column}";

    private static string ValueOf(string column) => $"$columns ->> '{column}'";

    /// <summary>The index of a column, or that of the keys.</summary>
    public string IndexOf(string? column) => column is null ? $"{Table}_keys" : $"{Table}_{column}";
}

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
             json TEXT NOT NULL);
        CREATE UNIQUE INDEX IF NOT EXISTS {Table}_keys ON {Table} (partition, row);
        {string.Join('\n', Indexed.Select(c => $"""
            CREATE INDEX IF NOT EXISTS {Table}_{c} ON {Table} (columns ->> '{c}', partition, row) WHERE columns ->> '{c}' IS NOT NULL;
            """))}
        """;

    public string Insert { get; } = $"""
        INSERT INTO {Table} (partition, row, tag, columns, json) VALUES ($partition, $row, $tag, $columns, $json)
        ON CONFLICT (partition, row) DO NOTHING
        """;

    public string Replace { get; } = $"""
        UPDATE {Table} SET tag = $tag, columns = $columns, json = $json WHERE partition = $partition AND row = $row AND tag = $before
        """;

    public string Upsert { get; } = $"""
        INSERT INTO {Table} (partition, row, tag, columns, json) VALUES ($partition, $row, $tag, $columns, $json)
        ON CONFLICT (partition, row) DO UPDATE SET tag = excluded.tag, columns = excluded.columns, json = excluded.json
        """;

    public string Exists { get; } = $"SELECT 1 FROM {Table} WHERE partition = $partition AND row = $row";

    public string Find { get; } = $"SELECT partition, row, tag, columns, json FROM {Table} WHERE partition = $partition AND row = $row";

    public string Delete { get; } = $"DELETE FROM {Table} WHERE partition = $partition AND row = $row AND ($tag IS NULL OR tag = $tag)";

    /// <summary>The index of a column, or that of the keys.</summary>
    public string IndexOf(string? column) => column is null ? $"{Table}_keys" : $"{Table}_{column}";
}

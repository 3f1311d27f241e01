namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>The statements of the files' facts. A short file is in its row; of a long one the row names where it lies.</summary>
internal static class BlobSql
{
    public const string Create = """
        CREATE TABLE IF NOT EXISTS blobs
            (name TEXT NOT NULL PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, type TEXT NOT NULL, file TEXT, content BLOB,
            written INTEGER NOT NULL DEFAULT 0);
        CREATE UNIQUE INDEX IF NOT EXISTS blobs_file ON blobs (file) WHERE file IS NOT NULL;
        """;

    public const string HasWritten = "SELECT 1 FROM pragma_table_info('blobs') WHERE name = 'written'";

    /// <summary>When a file was last written. Earlier releases do not say.</summary>
    public const string AddWritten = "ALTER TABLE blobs ADD COLUMN written INTEGER NOT NULL DEFAULT 0";

    public const string Put = $"""
        {Insert}
        ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, sha256 = excluded.sha256, type = excluded.type, file = excluded.file,
            content = excluded.content, written = excluded.written
        """;

    public const string PutIfAbsent = $"""
        {Insert}
        ON CONFLICT (name) DO NOTHING
        """;

    public const string File = "SELECT file, bytes FROM blobs WHERE name = $name AND file IS NOT NULL";

    public const string Find = "SELECT name, bytes, sha256, type FROM blobs WHERE name = $name";

    public const string Open = "SELECT name, bytes, sha256, type, file, content FROM blobs WHERE name = $name";

    public const string Delete = "DELETE FROM blobs WHERE name = $name";

    public const string DeleteOlder = "DELETE FROM blobs WHERE name = $name AND written < $before";

    public const string Files = "SELECT file, bytes FROM blobs WHERE file IS NOT NULL";

    public const string DeleteFile = "DELETE FROM blobs WHERE file = $file";

    public const string HasFile = "SELECT 1 FROM blobs WHERE file = $file";

    public const string FileBytes = "SELECT coalesce(sum(bytes), 0) FROM blobs WHERE file IS NOT NULL";

    /// <summary>Names that begin with $prefix; $last follows them all.</summary>
    public const string List = """
        SELECT name, bytes, sha256, type FROM blobs WHERE name >= $prefix AND name < $last AND name > $after ORDER BY name LIMIT $count
        """;

    private const string Insert = """
        INSERT INTO blobs (name, bytes, sha256, type, file, content, written)
        VALUES ($name, $bytes, $sha256, $type, $file, $content, unixepoch())
        """;
}

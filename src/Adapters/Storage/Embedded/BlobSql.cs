namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>The statements of the files' facts. A short file is in its row; of a long one the row names where it lies.</summary>
internal static class BlobSql
{
    public const string Create = """
        CREATE TABLE IF NOT EXISTS blobs
            (name TEXT NOT NULL PRIMARY KEY, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, type TEXT NOT NULL, file TEXT, content BLOB);
        CREATE UNIQUE INDEX IF NOT EXISTS blobs_file ON blobs (file) WHERE file IS NOT NULL;
        """;

    public const string Put = """
        INSERT INTO blobs (name, bytes, sha256, type, file, content) VALUES ($name, $bytes, $sha256, $type, $file, $content)
        ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, sha256 = excluded.sha256, type = excluded.type, file = excluded.file,
            content = excluded.content
        """;

    public const string PutIfAbsent = """
        INSERT INTO blobs (name, bytes, sha256, type, file, content) VALUES ($name, $bytes, $sha256, $type, $file, $content)
        ON CONFLICT (name) DO NOTHING
        """;

    public const string File = "SELECT file, bytes FROM blobs WHERE name = $name AND file IS NOT NULL";

    public const string Find = "SELECT name, bytes, sha256, type FROM blobs WHERE name = $name";

    public const string Open = "SELECT name, bytes, sha256, type, file, content FROM blobs WHERE name = $name";

    public const string Delete = "DELETE FROM blobs WHERE name = $name";

    public const string Files = "SELECT file, bytes FROM blobs WHERE file IS NOT NULL";

    public const string DeleteFile = "DELETE FROM blobs WHERE file = $file";

    public const string HasFile = "SELECT 1 FROM blobs WHERE file = $file";

    public const string FileBytes = "SELECT coalesce(sum(bytes), 0) FROM blobs WHERE file IS NOT NULL";

    /// <summary>Names that begin with $prefix; $last follows them all.</summary>
    public const string List = """
        SELECT name, bytes, sha256, type FROM blobs WHERE name >= $prefix AND name < $last AND name > $after ORDER BY name LIMIT $count
        """;
}

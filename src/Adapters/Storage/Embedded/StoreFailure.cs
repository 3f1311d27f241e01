using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>The one place where a failure of the database or of a file becomes what every storage throws.</summary>
internal static class StoreFailure
{
    // https://www.sqlite.org/rescode.html
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteIndexTooLong = 4874; // SQLITE_IOERR_SHMSIZE: the log's index finds no room.
    private const int SqliteNoDatabase = 26;

    // ENOSPC and EDQUOT of Linux and macOS, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
    private static readonly int[] FullFiles = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    public static bool IsKnown(Exception e) => e is SqliteException or IOException or UnauthorizedAccessException;

    /// <summary>Whether what the database file holds is the trouble.</summary>
    public static bool IsDamage(SqliteException e) => e.SqliteErrorCode is SqliteCorrupt or SqliteNoDatabase;

    public static InvalidDataException Damaged(string path, SqliteException e) =>
        new($"{path} is damaged, or no database: {e.Message}", e);

    public static StorageUnavailableException Of(Exception e) =>
        e is SqliteException { SqliteErrorCode: SqliteFull } or SqliteException { SqliteExtendedErrorCode: SqliteIndexTooLong }
            || (e is IOException && FullFiles.Contains(e.HResult))
            ? new StorageFullException($"The data folder's disk, or the room that it may take, is full: {e.Message}", e)
            : new StorageUnavailableException($"The data folder cannot be used: {e.Message}", e);

    /// <exception cref="StorageUnavailableException">What was done failed.</exception>
    public static T Named<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (IsKnown(e))
        {
            throw Of(e);
        }
    }
}

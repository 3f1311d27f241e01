using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>The one place where a failure of the database or of a file becomes what every storage throws.</summary>
internal static class StoreFailure
{
    // https://www.sqlite.org/rescode.html
    private const int SqliteFull = 13;

    // ENOSPC and EDQUOT of Linux and macOS, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
    private static readonly int[] FullFiles = [28, 122, 69, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    public static bool IsKnown(Exception e) => e is SqliteException or IOException or UnauthorizedAccessException;

    public static StorageUnavailableException Of(Exception e) =>
        e is SqliteException { SqliteErrorCode: SqliteFull } || (e is IOException && FullFiles.Contains(e.HResult))
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

    /// <inheritdoc cref="Named{T}"/>
    public static async Task NamedAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (IsKnown(e))
        {
            throw Of(e);
        }
    }
}

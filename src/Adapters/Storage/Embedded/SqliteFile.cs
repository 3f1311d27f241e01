using System.Runtime.InteropServices;
using SQLitePCL;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>What SQLite says of its open file (https://www.sqlite.org/c3ref/file_control.html), which the library does not ask.</summary>
internal static partial class SqliteFile
{
    private const int HasMovedCode = 20;

    /// <summary>
    /// Whether its path leads elsewhere by now, or nowhere: what is written would be lost. Windows keeps open files in place.
    /// </summary>
    public static bool HasMoved(sqlite3 database) => Control(database, "main", HasMovedCode, out var hasMoved) == 0 && hasMoved != 0;

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int Control(sqlite3 database, string name, int code, out int answer);
}

using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// Room on the disk that is kept for what makes room: where there is not one free byte nothing can be deleted either, because the log grows
/// by each write. It is given back when the disk is full, and taken anew when that has room. Meanwhile nothing may grow by it.
/// </summary>
internal sealed class StorageReserve(string folder)
{
    public const string FileName = "reserve";

    /// <summary>What a full log is written into the database with, and some more.</summary>
    public const int Bytes = 20 << 20;

    // Taken anew with the disk's last bytes it would be given back at the next write.
    private const int Beside = 4 << 20;

    private readonly string path = Path.Combine(folder, FileName);

    private volatile bool isKept;
    private long bound = uint.MaxValue - 1; // SQLite's own.

    public bool IsKept => isKept;

    /// <summary>Takes away what an earlier process kept.</summary>
    /// <returns><see langword="false"/> where there is none.</returns>
    public static bool TryRemove(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var wasThere = File.Exists(path);
        FileFolder.TryDelete(path);
        return wasThere;
    }

    /// <summary>Takes the room at the start.</summary>
    public void Begin(SqliteSession writer)
    {
        FileFolder.TryDelete(path); // A copied one may take no room.
        if (!TryTake())
        {
            Bound(writer);
        }
    }

    /// <summary>Makes room on a full disk. The database has room within itself from then on, and in what is deleted.</summary>
    /// <returns><see langword="false"/> where that is of no use: the disk is not what is full, or the room is given back already.</returns>
    public bool TryGiveBack(SqliteSession writer)
    {
        if (!isKept || FreeBytes() >= Bytes)
        {
            return false;
        }

        isKept = false;
        FileFolder.TryDelete(path);
        Try(() => writer.Say("PRAGMA wal_checkpoint(TRUNCATE)")); // Else the log is as long as it was.
        Bound(writer);
        return true;
    }

    /// <summary>Takes the room again if it was given back and there is enough.</summary>
    public void TryRegain(SqliteSession writer)
    {
        if (!isKept && FreeBytes() >= Bytes + Beside && TryTake()
            && !Try(() => writer.Say(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count={bound}"))))
        {
            isKept = false;
            FileFolder.TryDelete(path);
        }
    }

    // To what the database has now: SQLite takes no less.
    private void Bound(SqliteSession writer) => Try(() =>
    {
        bound = (long)writer.Scalar("PRAGMA max_page_count")!; // It answers always.
        writer.Say("PRAGMA max_page_count=1");
    });

    // A database in trouble tells it to whoever writes, not to the thread that only looks after the room.
    private static bool Try(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private bool TryTake()
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                PreallocationSize = Bytes,
            });
            file.SetLength(Bytes);
            return isKept = true;
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            FileFolder.TryDelete(path);
            return false;
        }
    }

    private long FreeBytes()
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (StoreFailure.IsKnown(e) || e is ArgumentException)
        {
            return long.MaxValue; // A folder of the network, say: it will be seen.
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// The SQLite database of a data folder: one writer, and readers beside it (https://www.sqlite.org/wal.html). A write is done when it is on
/// disk: <c>synchronous=FULL</c> flushes the log at each commit.
/// </summary>
internal sealed class EmbeddedDatabase : IDisposable
{
    public const string FileName = "comfyfunc.db";

    /// <summary>"CFun": a database of somebody else's has another, or none.</summary>
    private const int ApplicationId = 0x4346756e;

    /// <summary>What this release writes. A release that finds a later one leaves the folder alone.</summary>
    private const int Version = 1;

    private const int CheckpointPages = 4000;

    /// <summary>Somebody may read for long, a backup say, and the log grows meanwhile. It shrinks to so many bytes afterwards.</summary>
    private const int LongestLog = 32 << 20;

    /// <summary>How long another program's lock is waited for.</summary>
    private const int LockSeconds = 2;

    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly string connectionString;
    private readonly EmbeddedWriter writer;

    private EmbeddedDatabase(string connectionString, SqliteSession session, StorageReserve reserve, TimeProvider clock)
    {
        (this.connectionString, Reserve) = (connectionString, reserve);
        Work = new(clock, Meter);
        writer = new EmbeddedWriter(session, reserve, Meter, Work);
    }

    /// <summary>Counts what is asked of the store, and what could not be done.</summary>
    public StorageMeter Meter { get; } = new();

    public StorageReserve Reserve { get; }

    /// <summary>What is asked of its disk.</summary>
    public DiskWork Work { get; }

    /// <exception cref="InvalidDataException">The file is none of this product's, is damaged, is of a later release, or is missing where
    /// what belongs to it is there.</exception>
    /// <exception cref="StorageUnavailableException">It cannot be read or written.</exception>
    public static EmbeddedDatabase Open(string folder, TimeProvider? clock = null)
    {
        RefuseOrphans(folder);
        try
        {
            return Begun(folder, clock ?? TimeProvider.System);
        }
        catch (StorageFullException) when (StorageReserve.TryRemove(folder))
        {
            return Begun(folder, clock ?? TimeProvider.System); // What it has can be read then, and deleted.
        }
    }

    private static EmbeddedDatabase Begun(string folder, TimeProvider clock)
    {
        var path = Path.Combine(folder, FileName);
        return Checked(path, SqliteOpenMode.ReadWriteCreate, session =>
        {
            Begin(session);
            return new EmbeddedDatabase(ConnectionTo(path, SqliteOpenMode.ReadWrite), session, new StorageReserve(folder),
                clock);
        });
    }

    /// <summary>Demands that a folder has a database of this product's.</summary>
    /// <inheritdoc cref="Open"/>
    public static void Require(string folder) => Existing(folder, session =>
    {
        session.Dispose();
        return true;
    });

    /// <summary>Copies a folder's database as it is at this moment, be it in use or not.</summary>
    /// <param name="path">No file yet. It will be one file, whole.</param>
    /// <returns>The copy, to be changed and disposed.</returns>
    /// <inheritdoc cref="Open"/>
    public static SqliteSession CopyOf(string folder, string path) => Existing(folder, session =>
    {
        using (session)
        {
            var copy = new SqliteSession(ConnectionTo(path, SqliteOpenMode.ReadWriteCreate), "PRAGMA synchronous=FULL;");
            try
            {
                session.CopyTo(copy);
                copy.Say("PRAGMA journal_mode=DELETE;");
                return copy;
            }
            catch
            {
                copy.Dispose();
                throw;
            }
        }
    });

    /// <inheritdoc cref="Read"/>
    /// <exception cref="StorageUnavailableException">The disk hangs, or what it holds cannot be read.</exception>
    public Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken) =>
        Work.RunAsync(() => Read(read), cancellationToken);

    /// <summary>Reads what is committed: a look takes some tens of microseconds, unless the disk hangs.</summary>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        SqliteSession? session = null;
        try
        {
            session = idle.TryTake(out var one) ? one : new SqliteSession(connectionString, "PRAGMA query_only=ON;");
            var found = read(session);
            idle.Add(session);
            return found;
        }
        catch (Exception e)
        {
            session?.Dispose();
            if (!StoreFailure.IsKnown(e))
            {
                throw;
            }

            Meter.Fault();
            throw StoreFailure.Of(e);
        }
    }

    /// <summary>Writes, and answers when it is on disk. What has gathered meanwhile is one transaction.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken) =>
        writer.WriteAsync(write, cancellationToken);

    /// <summary>What this thread writes until the answer is disposed of is one transaction.</summary>
    public IDisposable Gather() => writer.Gather();

    public void Dispose() => TryClose(DiskWork.Patience);

    /// <returns><see langword="false"/> when the disk hangs: what it holds is left to the end of the process.</returns>
    public bool TryClose(TimeSpan patience)
    {
        if (!writer.TryEnd(patience))
        {
            return false;
        }

        while (idle.TryTake(out var session))
        {
            session.Dispose();
        }

        Work.Dispose();
        return true;
    }

    // Only the start makes a file: where it is taken away later, nobody is to find an empty one.
    private static string ConnectionTo(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = LockSeconds,
    }.ToString();

    /// <summary>
    /// Refuses to begin anew where a folder has lost its database: what lies there would be taken for nobody's, and removed.
    /// </summary>
    private static void RefuseOrphans(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (new FileInfo(path) is { Exists: true, Length: > 0 } || Directory.Exists(path))
        {
            return;
        }

        string[] orphans =
        [
            .. (string[])[FileName + SqliteSession.LogSuffix, StorageReserve.FileName],
            .. Directory.Exists(Path.Combine(folder, FileFolder.FolderName)) ? (string[])[FileFolder.FolderName] : [],
        ];
        if (orphans.FirstOrDefault(o => HoldsSomething(Path.Combine(folder, o))) is { } orphan)
        {
            throw new InvalidDataException($"{path} is missing or empty, but {orphan} is there.");
        }
    }

    private static bool HoldsSomething(string path) => Directory.Exists(path)
        ? Directory.EnumerateFileSystemEntries(path).Any() : new FileInfo(path) is { Exists: true, Length: > 0 };

    private static T Existing<T>(string folder, Func<SqliteSession, T> use)
    {
        var path = Path.Combine(folder, FileName);
        // What reads in another process's folder makes no file there but SQLite's own, which it shares.
        return new FileInfo(path) is { Exists: true, Length: > 0 } ? Checked(path, SqliteOpenMode.ReadWrite, use)
            : throw new InvalidDataException($"{folder} has no data of this product's.");
    }

    /// <summary>Opens a database of this product's; the session is <paramref name="use"/>'s from then on.</summary>
    private static T Checked<T>(string path, SqliteOpenMode mode, Func<SqliteSession, T> use)
    {
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(ConnectionTo(path, mode), "PRAGMA query_only=ON;");
            Check(session, path);
            return use(session);
        }
        catch (SqliteException e) when (StoreFailure.IsDamage(e))
        {
            session?.Dispose();
            throw StoreFailure.Damaged(path, e);
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            session?.Dispose();
            throw StoreFailure.Of(e);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    // Nothing is written before it is known whose the file is.
    private static void Check(SqliteSession session, string path)
    {
        var (id, version) = (Number(session.Scalar("PRAGMA application_id")), Number(session.Scalar("PRAGMA user_version")));
        if (id != ApplicationId && !(id == 0 && version == 0 && Number(session.Scalar("SELECT count(*) FROM sqlite_schema")) == 0))
        {
            throw new InvalidDataException($"{path} is a database of another program.");
        }

        if (version > Version)
        {
            throw new InvalidDataException($"{path} was written by a later release (form {version}; this one knows {Version}).");
        }
    }

    private static void Begin(SqliteSession session)
    {
        session.Say("PRAGMA query_only=OFF;");
        if (session.Scalar("PRAGMA journal_mode=WAL") is not "wal")
        {
            throw new IOException("SQLite cannot keep its log beside the database there: the file system lacks shared memory.");
        }

        session.Say($"""
            PRAGMA synchronous=FULL;
            PRAGMA fullfsync=ON; -- What a macOS drive needs, and nothing else knows.
            PRAGMA wal_autocheckpoint={CheckpointPages};
            PRAGMA journal_size_limit={LongestLog};
            """);
        if (Number(session.Scalar("PRAGMA application_id")) == 0)
        {
            session.Say($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}");
        }
    }

    private static long Number(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}

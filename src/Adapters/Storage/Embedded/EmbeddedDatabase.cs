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

    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly string connectionString;
    private readonly EmbeddedWriter writer;

    private EmbeddedDatabase(string connectionString, SqliteSession session, StorageReserve reserve)
    {
        (this.connectionString, Reserve) = (connectionString, reserve);
        writer = new EmbeddedWriter(session, reserve, Meter);
    }

    /// <summary>Counts what is asked of the store, and what could not be done.</summary>
    public StorageMeter Meter { get; } = new();

    public StorageReserve Reserve { get; }

    /// <exception cref="InvalidDataException">The file is none of this product's, is damaged, or is of a later release.</exception>
    /// <exception cref="StorageUnavailableException">It cannot be read or written.</exception>
    public static EmbeddedDatabase Open(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return Checked(path, ConnectionTo(path),
            $"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint={CheckpointPages};",
            session => new EmbeddedDatabase(ConnectionTo(path), session, new StorageReserve(folder)));
    }

    /// <summary>Demands that a folder has a database of this product's.</summary>
    /// <inheritdoc cref="Open"/>
    public static void Require(string folder) => Checked(ExistingIn(folder), Reading(folder), "PRAGMA query_only=ON;",
        session =>
        {
            session.Dispose();
            return true;
        });

    /// <summary>Copies a folder's database as it is at this moment, be it in use or not.</summary>
    /// <param name="path">No file yet. It will be one file, whole.</param>
    /// <returns>The copy, to be changed and disposed.</returns>
    /// <inheritdoc cref="Open"/>
    public static SqliteSession CopyOf(string folder, string path) =>
        Checked(ExistingIn(folder), Reading(folder), "PRAGMA query_only=ON;", session =>
        {
            using (session)
            {
                var copy = new SqliteSession(ConnectionTo(path), "PRAGMA synchronous=FULL;");
                session.CopyTo(copy);
                copy.Say("PRAGMA journal_mode=DELETE;");
                return copy;
            }
        });

    /// <summary>Reads what is committed, on the caller's thread: a look takes some tens of microseconds.</summary>
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

    public void Dispose()
    {
        writer.Dispose();
        while (idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private static string ConnectionTo(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();

    private static string ExistingIn(string folder) => Path.Combine(folder, FileName) is var path && File.Exists(path) ? path
        : throw new InvalidDataException($"{folder} has no data of this product's.");

    // What reads in another process's folder makes no file there but SQLite's own, which it shares.
    private static string Reading(string folder) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(folder, FileName),
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
    }.ToString();

    /// <summary>Opens a database of this product's; the session is <paramref name="use"/>'s from then on.</summary>
    private static T Checked<T>(string path, string connectionString, string pragmas, Func<SqliteSession, T> use)
    {
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(connectionString, pragmas);
            Check(session, path);
            return use(session);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26) // SQLITE_CORRUPT, SQLITE_NOTADB
        {
            session?.Dispose();
            throw new InvalidDataException($"{path} is damaged, or no database: {e.Message}", e);
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

    private static void Check(SqliteSession session, string path)
    {
        var (id, version) = (Number(session.Scalar("PRAGMA application_id")), Number(session.Scalar("PRAGMA user_version")));
        if (id == 0 && Number(session.Scalar("SELECT count(*) FROM sqlite_schema")) == 0)
        {
            session.Say($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}");
        }
        else if (id != ApplicationId)
        {
            throw new InvalidDataException($"{path} is a database of another program.");
        }
        else if (version > Version)
        {
            throw new InvalidDataException($"{path} was written by a later release (form {version}; this one knows {Version}).");
        }
    }

    private static long Number(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);
}

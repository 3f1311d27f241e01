using Microsoft.Data.Sqlite;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>The storage of one process in a folder of its own: documents and short files in a database, long files beside it.</summary>
public sealed class EmbeddedStore : IDisposable
{
    private readonly FolderClaim claim;
    private readonly EmbeddedDatabase database;
    private readonly Task tidying;
    private volatile bool isClosing;

    private EmbeddedStore(FolderClaim claim, EmbeddedDatabase database, EmbeddedBlobStore blobs, StorageMeter meter)
    {
        (this.claim, this.database) = (claim, database);
        (Blobs, Meter) = (blobs, meter);
        Tables = new EmbeddedDocumentTables(database, meter);
        tidying = Task.Run(() => blobs.RemoveStrays(() => isClosing));
    }

    public IBlobStore Blobs { get; }

    public IDocumentTables Tables { get; }

    /// <summary>Counts what is asked of it.</summary>
    public StorageMeter Meter { get; }

    /// <summary>Whether a store lies in the folder.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, EmbeddedDatabase.FileName));

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="FolderInUseException">Another process owns it.</exception>
    /// <exception cref="InvalidDataException">What lies there is not this product's, is damaged, or is of a later release.</exception>
    /// <exception cref="StorageUnavailableException">The folder cannot be written or read.</exception>
    public static async Task<EmbeddedStore> OpenAsync(EmbeddedOptions options, CancellationToken cancellationToken,
        TimeProvider? clock = null)
    {
        SpareThreads();
        var claim = FolderClaim.Take(options.Folder);
        EmbeddedDatabase? database = null;
        try
        {
            database = EmbeddedDatabase.Open(options.Folder, clock);
            var meter = database.Meter;
            var room = new StorageRoom(Path.Combine(options.Folder, EmbeddedDatabase.FileName), options.MaxBytes,
                database.Reserve, meter);
            var blobs = new EmbeddedBlobStore(database, new FileFolder(Path.Combine(options.Folder, FileFolder.FolderName)), room, meter);
            await blobs.BeginAsync(cancellationToken);
            return new EmbeddedStore(claim, database, blobs, meter);
        }
        catch (StorageUnavailableException e) when (e.InnerException is SqliteException damage && StoreFailure.IsDamage(damage))
        {
            GiveUp();
            throw StoreFailure.Damaged(Path.Combine(options.Folder, EmbeddedDatabase.FileName), damage);
        }
        catch
        {
            GiveUp();
            throw;
        }

        void GiveUp()
        {
            database?.Dispose();
            claim.Dispose();
        }
    }

    public void Dispose() => TryClose(DiskWork.Patience);

    /// <returns><see langword="false"/> when the disk hangs: what it holds is left to the end of the process.</returns>
    public bool TryClose(TimeSpan patience)
    {
        isClosing = true;
        if (!((IAsyncResult)tidying).AsyncWaitHandle.WaitOne(patience) || !database.TryClose(patience))
        {
            return false;
        }

        claim.Dispose();
        return true;
    }

    // The runtime makes threads slowly beyond a number of its own: those that the disk holds are not to be missed meanwhile.
    private static void SpareThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + DiskWork.Threads), ports);
    }
}

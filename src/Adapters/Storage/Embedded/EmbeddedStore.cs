namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>The storage of one process in a folder of its own: documents and short files in a database, long files beside it.</summary>
public sealed class EmbeddedStore : IDisposable
{
    private const string Mark = "in-use";

    private readonly FileStream claim;
    private readonly EmbeddedDatabase database;
    private readonly Task tidying;

    private EmbeddedStore(FileStream claim, EmbeddedDatabase database, EmbeddedBlobStore blobs, StorageMeter meter)
    {
        (this.claim, this.database) = (claim, database);
        (Blobs, Meter) = (blobs, meter);
        Tables = new EmbeddedDocumentTables(database, meter);
        tidying = Task.Run(blobs.RemoveStrays);
    }

    public IBlobStore Blobs { get; }

    public IDocumentTables Tables { get; }

    /// <summary>Counts what is asked of it.</summary>
    public StorageMeter Meter { get; }

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="FolderInUseException">Another process owns it.</exception>
    /// <exception cref="InvalidDataException">What lies there is not this product's, is damaged, or is of a later release.</exception>
    /// <exception cref="StorageUnavailableException">The folder cannot be written or read.</exception>
    public static async Task<EmbeddedStore> OpenAsync(EmbeddedOptions options, CancellationToken cancellationToken)
    {
        var claim = Claim(options.Folder);
        EmbeddedDatabase? database = null;
        try
        {
            database = EmbeddedDatabase.Open(options.Folder);
            var room = new StorageRoom(Path.Combine(options.Folder, EmbeddedDatabase.FileName), options.MaxBytes);
            var meter = new StorageMeter();
            var blobs = new EmbeddedBlobStore(database, new FileFolder(Path.Combine(options.Folder, "files")), room, meter);
            await blobs.BeginAsync(cancellationToken);
            return new EmbeddedStore(claim, database, blobs, meter);
        }
        catch
        {
            database?.Dispose();
            await claim.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
        tidying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        database.Dispose();
        claim.Dispose();
    }

    // The system gives the lock back even after a kill.
    private static FileStream Claim(string folder)
    {
        var mark = Path.Combine(folder, Mark);
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(mark, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(mark))
        {
            throw new FolderInUseException($"Another process uses the folder {folder}.", e);
        }
        catch (Exception e) when (StoreFailure.IsKnown(e))
        {
            throw StoreFailure.Of(e);
        }
    }
}

using System.Globalization;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>How much documents and files may take together. The database keeps to what the files leave it.</summary>
/// <param name="database">The database's path.</param>
/// <param name="maxBytes"><see langword="null"/> where the disk decides.</param>
internal sealed class StorageRoom(string database, long? maxBytes, StorageReserve reserve, StorageMeter meter)
{
    private const int PageBytes = 4096;

    private long files;

    /// <summary>What the files take that are there already.</summary>
    public void Begin(long bytes) => files = bytes;

    /// <exception cref="StorageFullException">There is no room for so many bytes more.</exception>
    public void Take(long bytes)
    {
        if (!reserve.IsKept)
        {
            meter.Fault();
            throw new StorageFullException("The data folder's disk is full.");
        }

        var taken = Interlocked.Add(ref files, bytes);
        if (maxBytes is { } most && taken + new FileInfo(database).Length > most)
        {
            Leave(bytes);
            meter.Fault();
            throw new StorageFullException($"The data folder may take {most} bytes, and they are taken.");
        }
    }

    /// <summary>Those bytes are free again.</summary>
    public void Leave(long bytes) => Interlocked.Add(ref files, -bytes);

    /// <summary>Tells the writer's connection how far the database may grow; <c>SQLITE_FULL</c> beyond.</summary>
    public void Bound(SqliteSession writer)
    {
        if (maxBytes is { } most && reserve.IsKept)
        {
            var pages = Math.Max(1, (most - Interlocked.Read(ref files)) / PageBytes);
            writer.Say(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count={pages}"));
        }
    }
}

using System.Security.Cryptography;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// A file of the folder from its first byte on: hashed as it is written, the room that it takes taken with it. Unless it is kept, nothing of
/// it stays. What it throws is <see cref="StorageUnavailableException"/>.
/// </summary>
internal sealed class NewFile : IAsyncDisposable
{
    private readonly StorageRoom room;
    private readonly LastingFile file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private bool isKept;

    private NewFile(FileFolder folder, string name, StorageRoom room)
    {
        (this.room, Name) = (room, name);
        file = folder.Create(name);
    }

    public string Name { get; }

    public long Bytes { get; private set; }

    public static NewFile Begin(FileFolder folder, StorageRoom room) =>
        StoreFailure.Named(() => new NewFile(folder, folder.NewName(), room));

    /// <exception cref="StorageFullException">There is no room for it.</exception>
    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        hash.AppendData(bytes.Span);
        room.Take(bytes.Length);
        Bytes += bytes.Length;
        await StoreFailure.NamedAsync(() => file.Content.WriteAsync(bytes, cancellationToken).AsTask());
    }

    /// <summary>Puts it on disk, under its name.</summary>
    /// <returns>Its SHA-256, as 64 lower-case hex digits.</returns>
    public async Task<string> FinishAsync()
    {
        await StoreFailure.NamedAsync(() => Task.Run(file.Finish)); // Flushing has no asynchronous form that reaches the disk.
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A row names it.</summary>
    public void Keep() => isKept = true;

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        hash.Dispose();
        if (!isKept)
        {
            room.Leave(Bytes);
            file.Remove();
        }
    }
}

using System.Security.Cryptography;

namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// A file of the folder from its first byte on: hashed as it is written, the room that it takes taken with it. Unless it is kept, nothing of
/// it stays. What it throws is <see cref="StorageUnavailableException"/>.
/// </summary>
internal sealed class NewFile : IAsyncDisposable
{
    /// <summary>So many bytes any disk flushes before it is said to hang.</summary>
    private const long LongestFlush = 64 << 20;

    private readonly StorageRoom room;
    private readonly DiskWork work;
    private readonly LastingFile file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private long flushed;
    private bool isKept;

    private NewFile(LastingFile file, string name, StorageRoom room, DiskWork work) =>
        (this.file, Name, this.room, this.work) = (file, name, room, work);

    public string Name { get; }

    public long Bytes { get; private set; }

    public static Task<NewFile> BeginAsync(FileFolder folder, StorageRoom room, DiskWork work, CancellationToken cancellationToken) =>
        work.RunAsync(
            () => StoreFailure.Named(() =>
            {
                var name = folder.NewName();
                return new NewFile(folder.Create(name), name, room, work);
            }),
            isFile: true,
            cancellationToken);

    /// <exception cref="StorageFullException">There is no room for it.</exception>
    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        hash.AppendData(bytes.Span);
        await RunAsync(
            () =>
            {
                room.Take(bytes.Length);
                Bytes += bytes.Length;
                file.Content.Write(bytes.Span);
            },
            cancellationToken);
        if (Bytes - flushed >= LongestFlush)
        {
            await RunAsync(file.Flush, cancellationToken);
            flushed = Bytes;
        }
    }

    /// <summary>Puts it on disk, under its name.</summary>
    /// <returns>Its SHA-256, as 64 lower-case hex digits.</returns>
    public async Task<string> FinishAsync()
    {
        await RunAsync(file.Finish, CancellationToken.None);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A row names it.</summary>
    public void Keep() => isKept = true;

    public async ValueTask DisposeAsync()
    {
        hash.Dispose();
        try
        {
            await work.WithinAsync(Task.Run(End), isFile: true);
        }
        catch (StorageUnavailableException)
        {
            // It ends when the disk lets it.
        }
    }

    private bool End()
    {
        file.Dispose();
        if (!isKept)
        {
            room.Leave(Bytes);
            file.Remove();
        }

        return true;
    }

    private Task<bool> RunAsync(Action act, CancellationToken cancellationToken) => work.RunAsync(
        () => StoreFailure.Named(() =>
        {
            act();
            return true;
        }),
        isFile: true,
        cancellationToken);
}

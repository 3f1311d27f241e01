using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>Blobs that count how often the content of one is read.</summary>
internal sealed class CountingBlobs(IBlobStore inner) : IBlobStore
{
    private int reads;

    /// <summary>What a delete of a file as old has to wait for, before it is made.</summary>
    public Func<string, Task> BeforeDeleteOlder { get; set; } = _ => Task.CompletedTask;

    /// <summary>The call that the last read of a file belonged to; <see langword="null"/> where there was none.</summary>
    public CallPatience? ReaderCall { get; private set; }

    public int Reads => Volatile.Read(ref reads);

    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => inner.EnsureCreatedAsync(cancellationToken);

    public Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, write, cancellationToken);

    public Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken) => inner.PutBytesAsync(name, content, contentType, cancellationToken);

    public Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken) => inner.PutIfAbsentAsync(name, content, contentType, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        ReaderCall = CallPatience.Current;
        Interlocked.Increment(ref reads);
        return inner.OpenReadAsync(name, cancellationToken);
    }

    public Task<OpenFile?> OpenSeekableAsync(string name, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref reads);
        return inner.OpenSeekableAsync(name, cancellationToken);
    }

    public Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref reads);
        return inner.ReadBytesAsync(name, maxBytes, cancellationToken);
    }

    public Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    public async Task<bool> DeleteOlderAsync(string name, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await BeforeDeleteOlder(name);
        return await inner.DeleteOlderAsync(name, time, cancellationToken);
    }

    public Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellationToken) =>
        inner.DeletePrefixAsync(prefix, cancellationToken);

    public IAsyncEnumerable<BlobFile> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);
}

using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Server.News;

/// <summary>A blob store that stores nothing while it is away.</summary>
internal sealed class FalteringBlobs(IBlobStore inner) : IBlobStore
{
    public bool IsAway { get; set; }

    /// <summary>What it says while it is away.</summary>
    public StorageUnavailableException Trouble { get; init; } = new("The storage account is away.", new InvalidOperationException("503"));

    /// <summary>What is written waits for it.</summary>
    public TaskCompletionSource? Held { get; init; }

    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => inner.EnsureCreatedAsync(cancellationToken);

    public Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken) =>
        There().PutAsync(name, content, write, cancellationToken);

    public async Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken)
    {
        await (Held?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask);
        return await There().PutBytesAsync(name, content, contentType, cancellationToken);
    }

    public Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken) =>
        There().PutIfAbsentAsync(name, content, contentType, cancellationToken);

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) => inner.OpenReadAsync(name, cancellationToken);

    public Task<OpenFile?> OpenSeekableAsync(string name, CancellationToken cancellationToken) =>
        inner.OpenSeekableAsync(name, cancellationToken);

    public Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        inner.ReadBytesAsync(name, maxBytes, cancellationToken);

    public Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken) => inner.FindAsync(name, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset time, CancellationToken cancellationToken) =>
        inner.DeleteOlderAsync(name, time, cancellationToken);

    public Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellationToken) =>
        inner.DeletePrefixAsync(prefix, cancellationToken);

    public IAsyncEnumerable<BlobFile> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    private IBlobStore There() =>
        IsAway ? throw Trouble : inner;
}

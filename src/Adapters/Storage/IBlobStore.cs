using System.Security.Cryptography;

namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// Keeps files under names with <c>/</c> in them. A file is there whole or not at all. Every call may throw
/// <see cref="StorageUnavailableException"/>.
/// </summary>
public interface IBlobStore
{
    Task EnsureCreatedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores what the stream holds in bounded memory, over whatever the name held unless the write says otherwise. The stream stays the
    /// caller's.
    /// </summary>
    Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken);

    Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken);

    /// <summary>Stores a file under a name that holds none; of several who do so at once, one succeeds.</summary>
    /// <returns><see langword="false"/> when the name holds a file, which stays.</returns>
    Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken);

    /// <returns>A stream that the caller disposes, or <see langword="null"/> when there is no such file.</returns>
    Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>As <see cref="OpenReadAsync"/>, for whoever sends parts of the file: costs more where the file is far away.</summary>
    Task<OpenFile?> OpenSeekableAsync(string name, CancellationToken cancellationToken);

    /// <exception cref="InvalidDataException">The file is longer than <paramref name="maxBytes"/>.</exception>
    Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken);

    Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken);

    /// <returns><see langword="false"/> when there was no such file.</returns>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a file that was last written before a time; one that is written meanwhile stays.</summary>
    /// <returns><see langword="false"/> when there was no such file.</returns>
    Task<bool> DeleteOlderAsync(string name, DateTimeOffset time, CancellationToken cancellationToken);

    /// <returns>How many files went.</returns>
    Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Lists files in the order of their names.</summary>
    IAsyncEnumerable<BlobFile> ListAsync(string prefix, CancellationToken cancellationToken);
}

/// <summary>How to store a file.</summary>
public sealed record BlobWrite(string ContentType)
{
    /// <summary>Refuses longer content; <see langword="null"/> takes any length.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Whether a file that the name holds stays; of several who write it at once, one succeeds.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>The length that the sender announced. Only saves memory; the stream is believed.</summary>
    public long? LengthHint { get; init; }
}

/// <summary>A file in the store.</summary>
/// <param name="Sha256">64 lower-case hex digits; empty where somebody else put the file there.</param>
public sealed record BlobFile(string Name, long Bytes, string Sha256, string ContentType)
{
    public static BlobFile Of(string name, ReadOnlySpan<byte> content, string contentType) =>
        new(name, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), contentType);
}

/// <summary>A file of one moment: its facts, and a stream of that very content which can seek and knows its length.</summary>
public sealed record OpenFile(BlobFile File, Stream Content) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>What became of a file that was to be stored.</summary>
public abstract record PutReply
{
    private PutReply() { }

    public sealed record Stored(BlobFile File) : PutReply;

    /// <summary>The content went over the limit. Nothing was stored, and what the name held before is still there.</summary>
    public sealed record TooLarge : PutReply;

    /// <summary>The name holds a file, and it was to stay.</summary>
    /// <param name="Sent">The file that would have been stored.</param>
    public sealed record Exists(BlobFile Sent) : PutReply;
}

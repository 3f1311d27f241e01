using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>The in-memory twin of the blob store, for tests that need no process beside them.</summary>
internal sealed class MemoryBlobStore(TimeProvider? clock = null) : IBlobStore
{
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, (BlobFile File, byte[] Content, DateTimeOffset WrittenAt)> files = new(StringComparer.Ordinal);

    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            using var block = await Block.ReadAsync(content, null, cancellationToken);
            whole.Write(block.Span);
            if (whole.Length > write.MaxBytes)
            {
                return new PutReply.TooLarge();
            }

            if (block.Length < Block.Capacity)
            {
                break;
            }
        }

        if (write.IfAbsent)
        {
            var blob = BlobFile.Of(name, whole.ToArray(), write.ContentType);
            return await PutIfAbsentAsync(name, whole.ToArray(), write.ContentType, cancellationToken) ? new PutReply.Stored(blob)
                : new PutReply.Exists(blob);
        }

        return new PutReply.Stored(await PutBytesAsync(name, whole.ToArray(), write.ContentType, cancellationToken));
    }

    public Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = BlobFile.Of(name, content.Span, contentType);
        files[name] = (file, content.ToArray(), clock.GetUtcNow());
        return Task.FromResult(file);
    }

    public Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(files.TryAdd(name,
            (BlobFile.Of(name, content.Span, contentType), content.ToArray(), clock.GetUtcNow())));
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(files.TryGetValue(name, out var found) ? new MemoryStream(found.Content, writable: false) : null);

    public Task<OpenFile?> OpenSeekableAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(files.TryGetValue(name, out var found)
            ? new OpenFile(found.File, new MemoryStream(found.Content, writable: false)) : null);

    public Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        if (!files.TryGetValue(name, out var found))
        {
            return Task.FromResult<byte[]?>(null);
        }

        if (found.Content.Length > maxBytes)
        {
            throw new InvalidDataException($"The file '{name}' holds {found.Content.Length} bytes, more than {maxBytes}.");
        }

        return Task.FromResult<byte[]?>(found.Content.AsSpan().ToArray());
    }

    public Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult(files.TryGetValue(name, out var found) ? found.File : null);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => Task.FromResult(files.TryRemove(name, out _));

    public Task<bool> DeleteOlderAsync(string name, DateTimeOffset time, CancellationToken cancellationToken) =>
        Task.FromResult(files.TryGetValue(name, out var found) && found.WrittenAt < time && files.TryRemove(new(name, found)));

    public Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult(files.Keys.Count(name => name.StartsWith(prefix, StringComparison.Ordinal) && files.TryRemove(name, out _)));

    public async IAsyncEnumerable<BlobFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var found in files.Values.Where(f => f.File.Name.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(f => f.File.Name, StringComparer.Ordinal))
        {
            yield return found.File;
        }
    }
}

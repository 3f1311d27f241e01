using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Files as block blobs of one container.</summary>
internal sealed class AzureBlobStore(BlobContainerClient container, Patience patience, Outage outage) : IBlobStore
{
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) =>
        container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    public async Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken)
    {
        using var upload = new BlockUpload(container.GetBlockBlobClient(name), write, patience, outage);
        return await upload.RunAsync(name, content, cancellationToken);
    }

    public async Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken)
    {
        var file = BlobFile.Of(name, content.Span, contentType);
        var options = new BlobUploadOptions { HttpHeaders = new() { ContentType = contentType }, Metadata = BlobFacts.Metadata(file) };
        await SendAsync(name, content, options, cancellationToken);
        return file;
    }

    public async Task<bool> PutIfAbsentAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            HttpHeaders = new() { ContentType = contentType },
            Metadata = BlobFacts.Metadata(BlobFile.Of(name, content.Span, contentType)),
            Conditions = new() { IfNoneMatch = ETag.All },
        };
        try
        {
            await SendAsync(name, content, options, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (BlobFacts.SaysExists(e))
        {
            return false;
        }
    }

    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    public async Task<OpenFile?> OpenSeekableAsync(string name, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(name);
        try
        {
            var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            // It fetches what is read, and fails where the file is replaced meanwhile.
            var whileAsIs = new BlobOpenReadOptions(allowModifications: false) { Conditions = new() { IfMatch = properties.ETag } };
            return new(BlobFacts.From(name, properties), await blob.OpenReadAsync(whileAsIs, cancellationToken));
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    public async Task<byte[]?> ReadBytesAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            return await Exchange.RunAsync(patience, outage, exchange => ReadBytesAsync(name, maxBytes, exchange), cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    public async Task<BlobFile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return BlobFacts.From(name,
                (await container.GetBlobClient(name).GetPropertiesAsync(cancellationToken: cancellationToken)).Value);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        await container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    public async Task<bool> DeleteOlderAsync(string name, DateTimeOffset time, CancellationToken cancellationToken)
    {
        try
        {
            return await container.GetBlobClient(name).DeleteIfExistsAsync(
                conditions: new() { IfUnmodifiedSince = time }, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            return false;
        }
    }

    public async Task<int> DeletePrefixAsync(string prefix, CancellationToken cancellationToken)
    {
        var deleted = 0;
        await Parallel.ForEachAsync(
            ListAsync(prefix, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken },
            async (file, ct) =>
            {
                if (await DeleteAsync(file.Name, ct))
                {
                    Interlocked.Increment(ref deleted);
                }
            });
        return deleted;
    }

    public async IAsyncEnumerable<BlobFile> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken);
        await foreach (var item in items)
        {
            yield return BlobFacts.From(item);
        }
    }

    private async Task<byte[]?> ReadBytesAsync(string name, int maxBytes, Exchange exchange)
    {
        using var download = (await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: exchange.Token)).Value;
        var length = download.Details.ContentLength;
        if (length > maxBytes)
        {
            throw new InvalidDataException($"The file '{name}' holds {length} bytes, more than {maxBytes}.");
        }

        using var wait = Patience.OfCall(length)?.Waiting();
        var bytes = new byte[length];
        for (var there = 0; there < bytes.Length;)
        {
            var read = await download.Content.ReadAsync(bytes.AsMemory(there), exchange.Token);
            if (read == 0)
            {
                throw outage.Refused($"Storage sent {there} bytes of {length}.");
            }

            exchange.Moved(there += read);
        }

        return bytes;
    }

    private Task<Response<BlobContentInfo>> SendAsync(string name, ReadOnlyMemory<byte> content, BlobUploadOptions options,
        CancellationToken cancellationToken) => Exchange.RunAsync(
            patience,
            outage,
            exchange => container.GetBlockBlobClient(name).UploadAsync(exchange.Sending(
                MemoryMarshal.TryGetArray(content, out var array) ? array : content.ToArray()), options, exchange.Token),
            cancellationToken);
}

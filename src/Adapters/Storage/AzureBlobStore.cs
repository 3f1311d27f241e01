using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Files as block blobs of one container.</summary>
internal sealed class AzureBlobStore(BlobContainerClient container) : IBlobStore
{
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) =>
        container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    public async Task<PutReply> PutAsync(string name, Stream content, BlobWrite write, CancellationToken cancellationToken)
    {
        using var upload = new BlockUpload(container.GetBlockBlobClient(name), write);
        return await upload.RunAsync(name, content, cancellationToken);
    }

    public async Task<BlobFile> PutBytesAsync(string name, ReadOnlyMemory<byte> content, string contentType,
        CancellationToken cancellationToken)
    {
        var file = BlobFile.Of(name, content.Span, contentType);
        var options = new BlobUploadOptions { HttpHeaders = new() { ContentType = contentType }, Metadata = BlobFacts.Metadata(file) };
        await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken);
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
            await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken);
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
            using var download = (await container.GetBlobClient(name).DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            var length = download.Details.ContentLength;
            if (length > maxBytes)
            {
                throw new InvalidDataException($"The file '{name}' holds {length} bytes, more than {maxBytes}.");
            }

            var bytes = new byte[length];
            await download.Content.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
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
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Uploads one stream as blocks, a few at a time, hashing it on the way; the blob appears only with the last request.</summary>
internal sealed class BlockUpload(BlockBlobClient blob, BlobWrite write, Patience patience, Outage outage) : IDisposable
{
    private const int Concurrency = 3;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Guid upload = Guid.NewGuid();
    private readonly List<string> ids = [];
    private readonly List<Task> inFlight = [];
    private long bytes;

    public void Dispose() => hash.Dispose();

    public async Task<PutReply> RunAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var block = await NextAsync(content, write.LengthHint, cancellationToken);
            if (block.Length < Block.Capacity)
            {
                return await PutOneAsync(name, block, cancellationToken);
            }

            for (; ; block = await NextAsync(content, Block.Capacity, cancellationToken))
            {
                var isLast = block.Length < Block.Capacity;
                if (IsTooLarge)
                {
                    block.Dispose();
                }
                else
                {
                    await StageAsync(block, stop.Token);
                }

                if (IsTooLarge)
                {
                    return new PutReply.TooLarge();
                }

                if (isLast)
                {
                    return await CommitAsync(name, cancellationToken);
                }
            }
        }
        finally
        {
            // Buffers go back to the pool only when nobody reads them any more.
            await stop.CancelAsync();
            await Task.WhenAll(inFlight).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsTooLarge => bytes > write.MaxBytes;

    private async Task<Block> NextAsync(Stream content, long? lengthHint, CancellationToken cancellationToken)
    {
        var block = await Block.ReadAsync(content, lengthHint, cancellationToken);
        hash.AppendData(block.Span);
        bytes += block.Length;
        return block;
    }

    private async Task<PutReply> PutOneAsync(string name, Block block, CancellationToken cancellationToken)
    {
        using (block)
        {
            if (IsTooLarge)
            {
                return new PutReply.TooLarge();
            }

            var file = Finished(name);
            try
            {
                var options = new BlobUploadOptions
                {
                    HttpHeaders = Headers,
                    Metadata = BlobFacts.Metadata(file),
                    Conditions = Conditions,
                };
                await SendAsync(block, (part, ct) => blob.UploadAsync(part, options, ct), cancellationToken);
                return new PutReply.Stored(file);
            }
            catch (RequestFailedException e) when (BlobFacts.SaysExists(e))
            {
                return new PutReply.Exists(file);
            }
        }
    }

    private async Task StageAsync(Block block, CancellationToken cancellationToken)
    {
        if (block.Length == 0)
        {
            block.Dispose();
            return;
        }

        if (inFlight.Count == Concurrency)
        {
            var done = await Task.WhenAny(inFlight);
            inFlight.Remove(done);
            await done;
        }

        var id = NextId();
        ids.Add(id);
        inFlight.Add(SendAsync(id, block, cancellationToken));
    }

    private async Task SendAsync(string id, Block block, CancellationToken cancellationToken)
    {
        using (block)
        {
            await SendAsync(block, (part, ct) => blob.StageBlockAsync(id, part, cancellationToken: ct), cancellationToken);
        }
    }

    private Task<T> SendAsync<T>(Block block, Func<Stream, CancellationToken, Task<T>> send, CancellationToken cancellationToken) =>
        Exchange.RunAsync(patience, outage, exchange => send(exchange.Sending(block.Segment), exchange.Token), cancellationToken);

    private async Task<PutReply> CommitAsync(string name, CancellationToken cancellationToken)
    {
        await Task.WhenAll(inFlight);
        var file = Finished(name);
        try
        {
            await blob.CommitBlockListAsync(ids,
                new CommitBlockListOptions { HttpHeaders = Headers, Metadata = BlobFacts.Metadata(file), Conditions = Conditions },
                cancellationToken);
            return new PutReply.Stored(file);
        }
        catch (RequestFailedException e) when (BlobFacts.SaysExists(e))
        {
            return new PutReply.Exists(file);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidBlockList)
        {
            // Whoever commits first drops every other upload's blocks. A repeated command uploads the same bytes: then this one is done
            // too.
            var there = BlobFacts.From(name, (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value);
            if (there.Sha256 == file.Sha256)
            {
                return new PutReply.Stored(there);
            }

            if (write.IfAbsent)
            {
                return new PutReply.Exists(file);
            }

            throw;
        }
    }

    private BlobFile Finished(string name) => new(name, bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), write.ContentType);

    private BlobRequestConditions Conditions => new() { IfNoneMatch = write.IfAbsent ? ETag.All : null };

    private BlobHttpHeaders Headers => new() { ContentType = write.ContentType };

    // Unique to this upload: two that store the same name at once must not mix their blocks.
    private string NextId()
    {
        Span<byte> id = stackalloc byte[20];
        upload.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id[16..], ids.Count);
        return Convert.ToBase64String(id);
    }
}

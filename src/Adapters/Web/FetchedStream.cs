namespace ComfyFunc.Adapters.Web;

/// <summary>The content of a response, read within a fetch's limits. Owns the response.</summary>
internal sealed class FetchedStream(Stream content, HttpResponseMessage response, long maxBytes, FetchDeadline deadline) : Stream
{
    private long bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = deadline.LinkTo(cancellationToken);
        try
        {
            var read = await content.ReadAsync(buffer, either.Token);
            bytes += read;
            return bytes <= maxBytes ? read : throw new FetchInterruptedException(new FetchReply.TooLarge());
        }
        catch (Exception e)
            when (e is OperationCanceledException or IOException && !cancellationToken.IsCancellationRequested && deadline.HasPassed)
        {
            throw new FetchInterruptedException(FetchDeadline.Detail, e);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException and not FetchInterruptedException)
        {
            throw new FetchInterruptedException("The content broke off.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Through the asynchronous read, so that the deadline holds here too.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            response.Dispose();
            deadline.Dispose();
        }

        base.Dispose(disposing);
    }
}

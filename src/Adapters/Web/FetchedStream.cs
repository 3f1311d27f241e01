namespace ComfyFunc.Adapters.Web;

/// <summary>The content of a response, read within a fetch's limits. Owns the response.</summary>
internal sealed class FetchedStream(Stream content, HttpResponseMessage response, long maxBytes, FetchDeadline deadline) : ReadOnlyStream
{
    private long bytes;

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

    // Through the asynchronous read, so that the deadline holds here too.
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

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

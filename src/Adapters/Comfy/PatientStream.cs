namespace ComfyFunc.Adapters.Comfy;

/// <summary>A response's body that gives up when the host falls silent, and lets the connection go when it is disposed.</summary>
internal sealed class PatientStream(HttpResponseMessage response, Stream inner) : ReadOnlyStream
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LongestSilence);
        try
        {
            return await inner.ReadAsync(buffer, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The host stopped sending.", e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}

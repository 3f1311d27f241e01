namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// A file on its way to storage or from there: it may take its time for as long as its bytes flow. Where they stand still, or come so
/// slowly that nobody can tell, that is storage which does not answer.
/// </summary>
internal sealed class Exchange : IDisposable
{
    private readonly CancellationTokenSource standstill;
    private readonly CancellationTokenSource either;
    private readonly TimeProvider clock;
    private readonly TimeSpan patience;
    private readonly long begun;

    private Exchange(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        (this.patience, this.clock) = (patience, clock);
        begun = clock.GetTimestamp();
        standstill = new(patience, clock);
        either = CancellationTokenSource.CreateLinkedTokenSource(standstill.Token, cancellationToken);
    }

    /// <summary>Is cancelled where they stand still, and by the caller.</summary>
    public CancellationToken Token => either.Token;

    /// <exception cref="StorageUnavailableException">The bytes stood still.</exception>
    public static async Task<T> RunAsync<T>(Patience patience, Outage outage, Func<Exchange, Task<T>> run,
        CancellationToken cancellationToken)
    {
        var given = CallPatience.Bound(patience.Answer);
        using var one = new Exchange(given, patience.Clock, cancellationToken);
        try
        {
            return await run(one);
        }
        catch (Exception e) when (one.standstill.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && e is not StorageUnavailableException)
        {
            const string What = "Storage stopped in the midst of a file.";
            throw given < patience.Answer ? outage.Refused(What, e) : outage.Began(What, one.begun, e);
        }
    }

    /// <summary>So many bytes are there, in all.</summary>
    public void Moved(long bytes)
    {
        var left = patience + Patience.Of(bytes) - clock.GetElapsedTime(begun);
        standstill.CancelAfter(left < TimeSpan.Zero ? TimeSpan.Zero : left < patience ? left : patience);
    }

    /// <summary>What is sent of an array, whose progress is seen.</summary>
    public Stream Sending(ArraySegment<byte> content) => new Sent(content, Moved);

    public void Dispose()
    {
        either.Dispose();
        standstill.Dispose();
    }

    // What is sent anew was sent before: only what goes further is progress.
    private sealed class Sent(ArraySegment<byte> content, Action<long> moved)
        : MemoryStream(content.Array!, content.Offset, content.Count, writable: false)
    {
        private long furthest;

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = base.Read(buffer, offset, count);
            if (Position > furthest)
            {
                moved(furthest = Position);
            }

            return read;
        }
    }
}

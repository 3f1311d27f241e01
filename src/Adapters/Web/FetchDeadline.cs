namespace ComfyFunc.Adapters.Web;

/// <summary>The time that one fetch has, from its first request to its last byte.</summary>
internal sealed class FetchDeadline : IDisposable
{
    public const string Detail = "The server took too long.";

    private readonly CancellationTokenSource timeout;

    public FetchDeadline(TimeSpan after, TimeProvider clock) => timeout = new(after, clock);

    public bool HasPassed => timeout.IsCancellationRequested;

    public CancellationTokenSource LinkTo(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

    public void Dispose() => timeout.Dispose();
}

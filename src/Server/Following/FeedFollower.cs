using System.Threading.Channels;

namespace ComfyFunc.Server.Following;

/// <summary>One who follows the feed, until it is disposed of. Who does not keep up is let go: what is held for it has bounds.</summary>
/// <param name="seesPool">Whether the pool and its hosts are its business.</param>
internal sealed class FeedFollower(bool seesPool, Action<FeedFollower> leave) : IDisposable
{
    // A look comes once a second: whoever is that far behind had better read the listings anew.
    private const int MostHeld = 8;

    private readonly Channel<FeedLook> looks = Channel.CreateBounded<FeedLook>(
        new BoundedChannelOptions(MostHeld) { SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource gone = new();

    private readonly Lock gate = new();
    private bool isOver;

    public bool SeesPool => seesPool;

    public ChannelReader<FeedLook> Looks => looks.Reader;

    /// <summary>Canceled when it has been let go.</summary>
    public CancellationToken Gone => gone.Token;

    public void Tell(FeedLook look)
    {
        lock (gate)
        {
            if (!isOver && !looks.Writer.TryWrite(look))
            {
                gone.Cancel();
            }
        }
    }

    public void Dispose()
    {
        leave(this);
        lock (gate)
        {
            isOver = true;
            gone.Dispose();
        }
    }
}

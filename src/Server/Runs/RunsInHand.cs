using ComfyFunc.Engine;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// The runs that this process is carrying forward right now. Other processes are told of those that take long, and leave them alone.
/// </summary>
public sealed class RunsInHand(TimeProvider clock)
{
    private readonly Dictionary<RunId, Hand> hands = [];

    public bool Has(RunId run)
    {
        lock (hands)
        {
            return hands.ContainsKey(run);
        }
    }

    /// <summary>Those that have been in hand for so long.</summary>
    public RunId[] LongerThan(TimeSpan time)
    {
        var before = clock.GetUtcNow() - time;
        lock (hands)
        {
            return [.. hands.Where(h => h.Value.Since <= before).Select(h => h.Key)];
        }
    }

    /// <summary>Takes the run in hand once nobody else in this process has it, until the answer is disposed of.</summary>
    public async Task<IDisposable> TakeAsync(RunId run, CancellationToken cancellationToken)
    {
        var hand = Join(run);
        try
        {
            await hand.Turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(run, hand);
            throw;
        }

        return new Taken(this, run, hand);
    }

    private Hand Join(RunId run)
    {
        lock (hands)
        {
            if (!hands.TryGetValue(run, out var hand))
            {
                hands[run] = hand = new(clock.GetUtcNow());
            }

            hand.Users++;
            return hand;
        }
    }

    private void Leave(RunId run, Hand hand)
    {
        lock (hands)
        {
            if (--hand.Users == 0)
            {
                hands.Remove(run);
                hand.Turn.Dispose();
            }
        }
    }

    private sealed class Hand(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;

        public SemaphoreSlim Turn { get; } = new(1);

        public int Users { get; set; }
    }

    private sealed class Taken(RunsInHand all, RunId run, Hand hand) : IDisposable
    {
        public void Dispose()
        {
            hand.Turn.Release();
            all.Leave(run, hand);
        }
    }
}

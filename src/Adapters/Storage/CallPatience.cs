namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// How long one call waits for storage, all its requests together: storage that answers slowly would hold it for as long as it has
/// something to ask. What goes on beside a call, or after it, is patient with each request by itself.
/// </summary>
public sealed class CallPatience : IDisposable
{
    /// <summary>Callers hear within ten seconds what is wrong.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(9);

    private static readonly AsyncLocal<CallPatience?> Ambient = new();

    private readonly Lock counting = new();
    private readonly TimeProvider clock;
    private TimeSpan spent;
    private long since;
    private int waits;
    private volatile bool isOver;

    private CallPatience(TimeProvider clock) => this.clock = clock;

    /// <summary>The call's that is being answered; <see langword="null"/> for whatever belongs to none.</summary>
    public static CallPatience? Current => Ambient.Value is { isOver: false } one ? one : null;

    /// <summary>What is left of it; none or less once it is used up.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (counting)
            {
                return Longest - spent - (waits > 0 ? clock.GetElapsedTime(since) : TimeSpan.Zero);
            }
        }
    }

    /// <summary>How long something may take that would wait for so long.</summary>
    public static TimeSpan Bound(TimeSpan patience) =>
        Current?.Left is { } left && left < patience ? left > TimeSpan.Zero ? left : TimeSpan.Zero : patience;

    /// <summary>Begins a call, which ends when the answer is disposed of.</summary>
    public static CallPatience Begin(TimeProvider clock) => Ambient.Value = new(clock);

    /// <summary>What goes on from here belongs to no call, though one began it.</summary>
    public static void Leave() => Ambient.Value = null;

    /// <summary>Something of this call waits for storage until the answer is disposed of. Waits at the same time count once.</summary>
    public IDisposable Waiting()
    {
        lock (counting)
        {
            if (waits++ == 0)
            {
                since = clock.GetTimestamp();
            }
        }

        return new Wait(this);
    }

    public void Dispose() => isOver = true;

    private void End()
    {
        lock (counting)
        {
            if (--waits == 0)
            {
                spent += clock.GetElapsedTime(since);
            }
        }
    }

    private sealed class Wait(CallPatience call) : IDisposable
    {
        public void Dispose() => call.End();
    }
}

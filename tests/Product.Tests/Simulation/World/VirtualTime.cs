namespace ComfyFunc.Simulation;

/// <summary>
/// Time that passes only when nobody has anything left to do. One thread does everything, in an order that the seed alone decides.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long At, long Order)> timers = new();
    private readonly Queue<Action> ready = new();
    private long ticks = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> strays = [];
    private readonly int thread = Environment.CurrentManagedThreadId;
    private long order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(ticks, TimeSpan.Zero);

    public override long GetTimestamp() => ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Post(Action work)
    {
        RequireOneThread();
        ready.Enqueue(work);
    }

    public void After(double seconds, Action work) =>
        CreateTimer(_ => work(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);

    /// <summary>Runs until it is done.</summary>
    /// <returns>Whether it was done before the limit.</returns>
    public bool RunUntil(Func<bool> done, DateTimeOffset limit)
    {
        var before = SynchronizationContext.Current;
        try
        {
            while (true)
            {
                while (ready.TryDequeue(out var work))
                {
                    // Without a context, what completes a task goes on at once; what belongs to a process comes back through its own.
                    SynchronizationContext.SetSynchronizationContext(null);
                    work();
                }

                if (strays.TryDequeue(out var stray))
                {
                    throw new InvalidOperationException($"Something ran on another thread: {stray}");
                }

                if (done())
                {
                    return true;
                }

                if (!timers.TryDequeue(out var timer, out var when) || when.At > limit.UtcTicks)
                {
                    return false;
                }

                if (timer.IsDue(when.Order))
                {
                    ticks = Math.Max(ticks, when.At);
                    SynchronizationContext.SetSynchronizationContext(null);
                    timer.Fire();
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    // Code that slips to another thread would make a seed mean nothing.
    private void RequireOneThread()
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            strays.Enqueue(Environment.StackTrace);
        }
    }

    private long Schedule(VirtualTimer timer, TimeSpan due)
    {
        RequireOneThread();
        timers.Enqueue(timer, (ticks + Math.Max(0, due.Ticks), ++order));
        return order;
    }

    private sealed class VirtualTimer(VirtualTime time, Action callback) : ITimer
    {
        private TimeSpan every = Timeout.InfiniteTimeSpan;
        private long current = -1;

        public bool IsDue(long order) => order == current;

        public void Fire()
        {
            current = every > TimeSpan.Zero ? time.Schedule(this, every) : -1;
            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            every = period;
            current = dueTime < TimeSpan.Zero ? -1 : time.Schedule(this, dueTime);
            return true;
        }

        public void Dispose() => current = -1;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Where the code of one process goes on. When the process is killed, it goes on nowhere.</summary>
internal sealed class ProcessContext(VirtualTime time) : SynchronizationContext
{
    public bool IsAlive { get; private set; } = true;

    public void Kill() => IsAlive = false;

    public override void Post(SendOrPostCallback d, object? state) => time.Post(() =>
    {
        if (IsAlive)
        {
            SetSynchronizationContext(this);
            d(state);
        }
    });

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nobody waits here.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Begins something in this process.</summary>
    public void Run(Func<Task> work) => Post(_ => work(), null);
}

/// <summary>One process's clock: its timers are right, the time that it tells may jump.</summary>
internal sealed class ProcessClock(VirtualTime time) : TimeProvider
{
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Skew;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime, period);
}

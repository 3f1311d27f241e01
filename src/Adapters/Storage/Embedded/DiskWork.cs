namespace ComfyFunc.Adapters.Storage.Embedded;

/// <summary>
/// What is asked of a disk that may hang: nobody waits for it longer than storage is waited for, and it holds a few threads at most.
/// What is given up goes on, and may be done yet.
/// </summary>
internal sealed class DiskWork(TimeProvider clock, StorageMeter meter) : IDisposable
{
    /// <summary>How many may be held.</summary>
    public const int Threads = 8;

    /// <summary>After so long it is said to hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly SemaphoreSlim free = new(Threads);

    public TimeProvider Clock => clock;

    /// <summary>Does what holds a thread until the disk has answered.</summary>
    /// <exception cref="StorageUnavailableException">It has not.</exception>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) => RunAsync(work, isFile: false, cancellationToken);

    /// <param name="isFile">Whether it is a part of a file, of which a call may have many.</param>
    /// <inheritdoc cref="RunAsync{T}(Func{T}, CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<T> work, bool isFile, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var wait = isFile ? null : CallPatience.Current?.Waiting();
        var (limit, since) = (CallPatience.Bound(Patience), clock.GetTimestamp());
        if (!free.Wait(0, CancellationToken.None))
        {
            await TurnAsync(limit, cancellationToken);
            limit = limit - clock.GetElapsedTime(since) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        return await WithinAsync(Task.Run(Work, CancellationToken.None), limit, cancellationToken);

        T Work()
        {
            try
            {
                return work();
            }
            finally
            {
                free.Release();
            }
        }
    }

    /// <summary>Waits for what is under way.</summary>
    /// <inheritdoc cref="RunAsync{T}(Func{T}, bool, CancellationToken)"/>
    public async Task<T> WithinAsync<T>(Task<T> work, bool isFile = false)
    {
        if (work.IsCompleted)
        {
            return await work;
        }

        using var wait = isFile ? null : CallPatience.Current?.Waiting();
        return await WithinAsync(work, CallPatience.Bound(Patience), CancellationToken.None);
    }

    /// <summary>What whoever waited is told.</summary>
    public StorageUnavailableException Hangs(Exception? why = null)
    {
        meter.Fault();
        return new("The data folder's disk does not answer.", why);
    }

    public void Dispose() => free.Dispose();

    private async Task<T> WithinAsync<T>(Task<T> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await work.WaitAsync(limit, clock, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw Hangs(e);
        }
    }

    private async Task TurnAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var standstill = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(standstill.Token, cancellationToken);
        try
        {
            await free.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Hangs(e);
        }
    }
}

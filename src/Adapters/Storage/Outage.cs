namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// That storage did not answer is known for a moment: who asks then is refused at once, so that a call of many requests does not wait for
/// each of them. Tables and blobs each have their own: one may be away while the other serves.
/// </summary>
internal sealed class Outage(TimeProvider clock, StorageMeter meter)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private Failure? last;
    private long answered = long.MinValue;

    /// <summary>Why storage did not answer a moment ago; <see langword="null"/> when there is no such moment.</summary>
    public Exception? Now => Volatile.Read(ref last) is { } failure && clock.GetElapsedTime(failure.At) < Moment ? failure.Why : null;

    /// <param name="asked">When what failed was asked: where others have been answered since, it failed by itself.</param>
    /// <returns>What whoever asked is to be told.</returns>
    public StorageUnavailableException Began(string what, long asked, Exception? why = null)
    {
        var told = Refused(what, why);
        if (Volatile.Read(ref answered) <= asked)
        {
            Volatile.Write(ref last, new(clock.GetTimestamp(), why ?? told));
        }

        return told;
    }

    /// <summary>One request is not served, which says nothing of others.</summary>
    /// <inheritdoc cref="Began"/>
    public StorageUnavailableException Refused(string what, Exception? why = null)
    {
        meter.Fault();
        return new(what, why);
    }

    public void Ended()
    {
        Volatile.Write(ref answered, clock.GetTimestamp());
        Volatile.Write(ref last, null);
    }

    private sealed record Failure(long At, Exception Why);
}

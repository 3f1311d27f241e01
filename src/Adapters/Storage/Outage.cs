namespace ComfyFunc.Adapters.Storage;

/// <summary>
/// That storage did not answer is known for a moment: who asks then is refused at once, so that a call of many requests does not wait for
/// each of them.
/// </summary>
internal sealed class Outage(TimeProvider clock)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private Failure? last;

    /// <summary>Why storage did not answer a moment ago; <see langword="null"/> when there is no such moment.</summary>
    public Exception? Now => Volatile.Read(ref last) is { } failure && clock.GetElapsedTime(failure.At) < Moment ? failure.Why : null;

    public void Began(Exception why) => Volatile.Write(ref last, new(clock.GetTimestamp(), why));

    public void Ended() => Volatile.Write(ref last, null);

    private sealed record Failure(long At, Exception Why);
}

namespace ComfyFunc.Server.Kit;

/// <summary>When somebody last asked this process something.</summary>
public sealed class Pulse(TimeProvider clock)
{
    private long beatAt = clock.GetUtcNow().UtcTicks;

    public TimeSpan Since => TimeSpan.FromTicks(clock.GetUtcNow().UtcTicks - Interlocked.Read(ref beatAt));

    public void Beat() => Interlocked.Exchange(ref beatAt, clock.GetUtcNow().UtcTicks);
}

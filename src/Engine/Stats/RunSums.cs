namespace ComfyFunc.Engine.Stats;

/// <summary>What ended runs come to.</summary>
public sealed record RunSums
{
    public static RunSums None { get; } = new();

    public long Succeeded { get; init; }

    public long Failed { get; init; }

    public long Canceled { get; init; }

    public long Expired { get; init; }

    /// <summary>From acceptance to end, of those that succeeded: what fails at once says nothing of how quick the pool is.</summary>
    public Histogram Times { get; init; } = Histogram.Empty;

    /// <summary>Without a host, of those that had one.</summary>
    public Histogram Queues { get; init; } = Histogram.Empty;

    public long WarmHits { get; init; }

    public long ColdLoads { get; init; }

    public long CacheHits { get; init; }

    public double GpuSeconds { get; init; }

    public long OutputBytes { get; init; }

    public long Runs() => Succeeded + Failed + Canceled + Expired;

    public static RunSums Of(RunSample run) => new()
    {
        Succeeded = run.Ending is RunEnding.Succeeded ? 1 : 0,
        Failed = run.Ending is RunEnding.Failed ? 1 : 0,
        Canceled = run.Ending is RunEnding.Canceled ? 1 : 0,
        Expired = run.Ending is RunEnding.Expired ? 1 : 0,
        Times = run.Ending is RunEnding.Succeeded ? Histogram.Of(run.TotalMs) : Histogram.Empty,
        Queues = run.QueueMs is { } ms ? Histogram.Of(ms) : Histogram.Empty,
        WarmHits = run.Models is ModelUse.Warm ? 1 : 0,
        ColdLoads = run.Models is ModelUse.Cold ? 1 : 0,
        CacheHits = run.Models is ModelUse.Cached ? 1 : 0,
        GpuSeconds = run.GpuSeconds,
        OutputBytes = run.OutputBytes,
    };

    public RunSums Plus(RunSums other) => new()
    {
        Succeeded = Succeeded + other.Succeeded,
        Failed = Failed + other.Failed,
        Canceled = Canceled + other.Canceled,
        Expired = Expired + other.Expired,
        Times = Times.Plus(other.Times),
        Queues = Queues.Plus(other.Queues),
        WarmHits = WarmHits + other.WarmHits,
        ColdLoads = ColdLoads + other.ColdLoads,
        CacheHits = CacheHits + other.CacheHits,
        GpuSeconds = Math.Round(GpuSeconds + other.GpuSeconds, 3),
        OutputBytes = OutputBytes + other.OutputBytes,
    };
}

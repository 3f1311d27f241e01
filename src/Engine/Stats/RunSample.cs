namespace ComfyFunc.Engine.Stats;

/// <summary>What one ended run adds to the statistics.</summary>
public sealed record RunSample(DateTimeOffset At, RunId Run, string Client, string Workflow, RunEnding Ending)
{
    /// <summary>From its acceptance to its end.</summary>
    public double TotalMs { get; init; }

    /// <summary>Without a host; <see langword="null"/> for a run that never had one.</summary>
    public double? QueueMs { get; init; }

    public ModelUse Models { get; init; }

    public double GpuSeconds { get; init; }

    public long OutputBytes { get; init; }

    /// <summary>Why it did not succeed; <see langword="null"/> where nobody is to look into it.</summary>
    public Failure? Failure { get; init; }
}

/// <summary>How a run ended.</summary>
public enum RunEnding
{
    Succeeded,
    Failed,
    Canceled,
    Expired,
}

/// <summary>Where a run had its models from.</summary>
public enum ModelUse
{
    /// <summary>It has none, or did not come to use them.</summary>
    None,

    /// <summary>All were in memory.</summary>
    Warm,

    /// <summary>One at least was read from disk.</summary>
    Cold,

    /// <summary>It did not execute: ComfyUI had its result.</summary>
    Cached,
}

using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Engine.Pool;

/// <summary>A run that needs a slot, as the scheduler sees it.</summary>
public sealed record WaitingRun
{
    public required RunId Run { get; init; }

    public required Placement Placement { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required Workload Work { get; init; }

    /// <summary>Whose run it is: clients share the pool fairly.</summary>
    public string Client { get; init; } = "";

    /// <summary>The higher goes first; what is not served rises by one a minute, so that nothing starves.</summary>
    public int Priority { get; init; }

    /// <summary>Until when it must have begun; <see langword="null"/> once it has. Rows of earlier releases do not say.</summary>
    public DateTimeOffset? StartBy { get; init; }

    /// <summary>The batch that made it. Rows of earlier releases do not say.</summary>
    public string? Batch { get; init; }

    public Lease LeaseOn(HostId host) => new(host, Run, Placement.Attempt);
}

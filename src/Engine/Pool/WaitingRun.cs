using System.Collections.Immutable;
using ComfyFunc.Runs;
using ComfyFunc.Workflows;

namespace ComfyFunc.Pool;

/// <summary>A run that needs a slot, as the scheduler sees it.</summary>
public sealed record WaitingRun
{
    public required RunId Run { get; init; }

    public required Placement Placement { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>The node classes and model files that a host must have for it.</summary>
    public required Requirements Needs { get; init; }

    public Lease LeaseOn(HostId host) => new(host, Run, Placement.Attempt);
}

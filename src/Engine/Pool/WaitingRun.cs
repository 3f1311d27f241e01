using System.Collections.Immutable;
using ComfyFunc.Runs;

namespace ComfyFunc.Pool;

/// <summary>A run that needs a slot, as the scheduler sees it.</summary>
public sealed record WaitingRun
{
    public required RunId Run { get; init; }

    public required Placement Placement { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>The workflow version it runs: what it needs of a host follows from that.</summary>
    public required string Workflow { get; init; }

    public required int Version { get; init; }

    public Lease LeaseOn(HostId host) => new(host, Run, Placement.Attempt);
}

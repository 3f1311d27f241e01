using System.Collections.Immutable;
using System.ComponentModel;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Usage;

/// <summary>What clients took in some days.</summary>
[View("Usage"), Description("Sums of ended runs.")]
internal sealed record UsageView
{
    public required DateOnly From { get; init; }

    public required DateOnly To { get; init; }

    public required ImmutableArray<UsageSum> Usage { get; init; }
}

/// <summary>What one client took with one version of one workflow.</summary>
internal sealed record UsageSum
{
    public required string Client { get; init; }

    public required string Workflow { get; init; }

    public required int Version { get; init; }

    public required long Runs { get; init; }

    public long Succeeded { get; init; }

    public double GpuSeconds { get; init; }

    public long OutputBytes { get; init; }
}

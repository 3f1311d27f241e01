using System.Collections.Immutable;

namespace ComfyFunc.Pool;

/// <summary>How a host has behaved since it last did well, and which work has done it harm.</summary>
public sealed record HostRecord
{
    public static HostRecord Clean { get; } = new();

    /// <summary>Runs in a row that a node failed here.</summary>
    public int Failures { get; init; }

    /// <summary>Of which workflow versions: one that always fails is no fault of the host's.</summary>
    public ImmutableArray<string> FailedWorks { get; init; } = [];

    /// <summary>How often in a row it was lost or did not answer.</summary>
    public int Losses { get; init; }

    /// <summary>How often it was quarantined of late: each rest is twice as long as the one before.</summary>
    public int Trips { get; init; }

    /// <summary>What was executing when it was lost.</summary>
    public ImmutableArray<Suspicion> Suspicions { get; init; } = [];

    /// <summary>The latest inputs that ended well here.</summary>
    public ImmutableArray<string> Proofs { get; init; } = [];
}

/// <summary>A host was lost while this was executing.</summary>
public sealed record Suspicion(string Work, string Inputs, DateTimeOffset At);

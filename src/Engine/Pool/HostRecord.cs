using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>How a host has behaved since it last did well, and which work has done it harm.</summary>
public sealed record HostRecord
{
    public static HostRecord Clean { get; } = new();

    /// <summary>Runs in a row that a node failed here.</summary>
    public int Failures { get; init; }

    /// <summary>Prompts that it would not take, so that the next of their kind goes elsewhere at once.</summary>
    public ImmutableArray<Refusal> Refusals { get; init; } = [];

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

/// <summary>A prompt that a host would not take, as long as its node catalog is that one.</summary>
/// <param name="Needs">The key of what the prompt demands.</param>
/// <param name="Inputs">The call's values, where others may be taken; <see langword="null"/> where none is.</param>
public sealed record Refusal(string Needs, string? Inputs, string Catalog, string Detail)
{
    public bool Covers(PoolHost host, Workload work) =>
        Catalog == host.CatalogHash && Needs == work.Needs.Key && (Inputs is null || Inputs == work.Inputs);
}

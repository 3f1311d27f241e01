using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>What a host's own pack says of it with a heartbeat; <see langword="null"/> is what it has not said.</summary>
public sealed record HostReport
{
    /// <summary>The version of the pack.</summary>
    public required string Pack { get; init; }

    /// <summary>Prompts that execute there, whoever sent them.</summary>
    public int? Running { get; init; }

    /// <summary>Prompts that wait there, whoever sent them.</summary>
    public int? Pending { get; init; }

    /// <summary>GPU memory in bytes.</summary>
    public long? VramTotal { get; init; }

    /// <summary>GPU memory in bytes.</summary>
    public long? VramFree { get; init; }

    /// <summary>Changes whenever its node classes or models do. It is the pack's own: no other hash is like it.</summary>
    public string? CatalogHash { get; init; }

    /// <summary>How many files of models there are, by folder (<c>checkpoints</c>, <c>loras</c>, …).</summary>
    public ImmutableSortedDictionary<string, int>? Models { get; init; }

    /// <summary>What is known now: of the catalog a host speaks only when it has changed.</summary>
    public HostReport Over(HostReport? known) => this with
    {
        CatalogHash = CatalogHash ?? known?.CatalogHash,
        Models = Models ?? known?.Models,
    };

    /// <summary>Whether the node classes or models are others than those that were reported before.</summary>
    public bool IsOfAnotherCatalogThan(HostReport? known) => CatalogHash is not null && CatalogHash != known?.CatalogHash;
}

using System.Collections.Immutable;

namespace ComfyFunc.Server.Upkeep;

/// <summary>What a process of the façade says of itself, for the others and for whoever looks after them.</summary>
public sealed record ProcessRow
{
    /// <summary>Made up at its start.</summary>
    public required string Id { get; init; }

    /// <summary>The instance that it runs on, and what of the app it serves.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last wrote this.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When it will have written again; silent for longer, it has died.</summary>
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>Whether it can start and wake runs.</summary>
    public bool CanDrive { get; init; }

    /// <summary>The hosts whose sockets it listens to.</summary>
    public ImmutableArray<string> ListensTo { get; init; } = [];

    /// <summary>How many prompts it watches.</summary>
    public int Watches { get; init; }

    /// <summary>How many signals it has sent to runs since its start.</summary>
    public long Signals { get; init; }

    /// <summary>How many requests it has sent to storage since its start, retries included.</summary>
    public long StorageRequests { get; init; }

    /// <summary>The runs that it has been carrying forward for some seconds.</summary>
    public ImmutableArray<string> InHand { get; init; } = [];

    /// <summary>When it last ended a sweep of each kind.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Sweeps { get; init; } =
        ImmutableSortedDictionary<string, DateTimeOffset>.Empty;
}

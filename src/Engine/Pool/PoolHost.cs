using System.Collections.Immutable;
using ComfyFunc.Runs;

namespace ComfyFunc.Pool;

/// <summary>What the pool knows of one ComfyUI server, and who holds its slots.</summary>
public sealed record PoolHost
{
    public required HostId Id { get; init; }

    public required Uri Url { get; init; }

    public HostStatus Status { get; init; } = HostStatus.Ready;

    /// <summary>Why the host is in this state, when it is not ready.</summary>
    public string? Reason { get; init; }

    /// <summary>Prompts it may hold: by default one that executes and one ready behind it.</summary>
    public int Slots { get; init; } = 2;

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<HeldSlot> Leases { get; init; } = [];

    /// <summary>GPU memory of the largest device; 0 while unknown.</summary>
    public long VramBytes { get; init; }

    /// <summary>The content hash of the host's node catalog; <see langword="null"/> until it has been read.</summary>
    public string? CatalogHash { get; init; }

    public string? ComfyVersion { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When a probe last got an answer.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    public int FreeSlots => Math.Max(0, Slots - Leases.Length);

    public bool Holds(Lease lease) => Leases.Any(l => l.Run == lease.Run && l.Attempt == lease.Attempt);

    public PoolHost Lend(Lease lease, DateTimeOffset now) => this with { Leases = Leases.Add(new(lease.Run, lease.Attempt, now)) };

    public PoolHost TakeBack(Lease lease) => this with { Leases = Leases.RemoveAll(l => l.Run == lease.Run && l.Attempt == lease.Attempt) };
}

/// <summary>One slot in use: by which attempt of which run, and since when.</summary>
public sealed record HeldSlot(RunId Run, int Attempt, DateTimeOffset At)
{
    public Lease On(HostId host) => new(host, Run, Attempt);
}

/// <summary>Whether a host takes new work, and why not.</summary>
public enum HostStatus
{
    Ready,

    /// <summary>Finishes what it has and takes nothing new.</summary>
    Draining,

    /// <summary>Answers, but does not get on with its work; waits for a person.</summary>
    Quarantined,

    /// <summary>Does not answer.</summary>
    Offline,
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Engine.Pool;

/// <summary>What the pool knows of one ComfyUI server, who holds its slots, and what it has shown so far.</summary>
public sealed record PoolHost
{
    public required HostId Id { get; init; }

    /// <summary>Without user and query: fit to be shown.</summary>
    public required Uri Url { get; init; }

    /// <summary>What it wants with every request, sealed; <see langword="null"/> for a host that wants nothing.</summary>
    public string? Door { get; init; }

    public HostStatus Status { get; init; } = HostStatus.Ready;

    /// <summary>Why the host is in this state, when it is not ready.</summary>
    public string? Reason { get; init; }

    /// <summary>When a quarantined host gets one run to prove itself by; <see langword="null"/> when only a person releases it.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Prompts it may hold: by default one that executes and one ready behind it.</summary>
    public int Slots { get; init; } = 2;

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether published workflows are put into its editor's list.</summary>
    public bool SyncsWorkflows { get; init; } = true;

    /// <summary>The workflow that it runs before it takes calls.</summary>
    public string? WarmUp { get; init; }

    /// <summary>When its last warm-up was started.</summary>
    public DateTimeOffset? WarmUpAt { get; init; }

    /// <summary>In the order in which they were lent, which is the order of ComfyUI's queue.</summary>
    public ImmutableArray<HeldSlot> Leases { get; init; } = [];

    /// <summary>Prompts of others in its queue, such as those of a person at its own page.</summary>
    public ForeignWork? Foreign { get; init; }

    /// <summary>Whether it comes from the configuration: then it goes when the configuration no longer names it.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Whether it is only waited for what it still holds; then it goes.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Prompts that runs left behind when the host did not answer: taken off it when it does again.</summary>
    public ImmutableArray<PromptId> Orphans { get; init; } = [];

    public Residency Residency { get; init; } = new();

    public LearnedTimes Times { get; init; } = LearnedTimes.None;

    public HostRecord Record { get; init; } = HostRecord.Clean;

    /// <summary>Whom it has served of late.</summary>
    public ImmutableArray<Service> Services { get; init; } = [];

    /// <summary>GPU memory of the largest device; 0 while unknown.</summary>
    public long VramBytes { get; init; }

    /// <summary>The content hash of the host's node catalog; <see langword="null"/> until it has been read.</summary>
    public string? CatalogHash { get; init; }

    public string? ComfyVersion { get; init; }

    /// <summary>Bytes of a request that it takes at most, file uploads included; <see langword="null"/> while unknown.</summary>
    public long? MaxUploadBytes { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When a probe last got an answer.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>When the host itself last said that it is there; <see langword="null"/> for one that never does.</summary>
    public DateTimeOffset? HeartbeatAt { get; init; }

    /// <summary>What it said of itself then; <see langword="null"/> for one without the pack.</summary>
    public HostReport? Report { get; init; }

    /// <summary>Whether it said that it is going, and nothing since.</summary>
    public bool HasLeft { get; init; }

    [JsonIgnore]
    public int FreeSlots => Math.Max(0, Slots - Leases.Length);

    /// <summary>
    /// How many more prompts may be placed now. A quarantined host whose time has come takes one, and no second beside it; one that
    /// somebody else's work blocks takes none.
    /// </summary>
    public int OpenSlots(DateTimeOffset now) => Foreign?.Blocks(now) ?? false ? 0 : Status switch
    {
        HostStatus.Ready or HostStatus.WarmingUp => FreeSlots,
        HostStatus.Quarantined when IsOnTrial(now) => Leases.IsEmpty ? 1 : 0,
        _ => 0,
    };

    public bool IsOnTrial(DateTimeOffset now) => Status is HostStatus.Quarantined && RetryAt is { } at && at <= now;

    public bool Holds(Lease lease) => Leases.Any(l => l.Run == lease.Run && l.Attempt == lease.Attempt);

    /// <summary>Lends a slot. The models that the host will hold are those of the prompt from now on.</summary>
    public PoolHost Lend(HeldSlot slot, ImmutableArray<string> pinned = default) => this with
    {
        Leases = Leases.Add(slot with { FirstAt = Leases.IsEmpty ? slot.At : null }),
        Residency = Residency.Use(slot.Models, pinned, slot.At),
    };

    public PoolHost TakeBack(Lease lease, DateTimeOffset now)
    {
        if (Leases.FirstOrDefault(l => l.Run == lease.Run && l.Attempt == lease.Attempt) is not { } slot)
        {
            return this;
        }

        var left = Leases.Remove(slot);
        return this with
        {
            Leases = left is [{ FirstAt: null } next, ..] && Status is not HostStatus.Offline
                ? left.SetItem(0, next with { FirstAt = now }) : left,
            Services = Service.After(Services, slot, now),
        };
    }

    /// <summary>Until the last of its prompts is expected to have ended.</summary>
    public double BacklogSeconds(DateTimeOffset now)
    {
        var seconds = Foreign?.RemainingSeconds(now) ?? 0;
        foreach (var slot in Leases)
        {
            seconds += slot.RemainingSeconds(now);
        }

        return seconds;
    }
}

/// <summary>Whether a host takes new work, and why not.</summary>
public enum HostStatus
{
    Ready,

    /// <summary>Takes nothing but its own warm-up.</summary>
    WarmingUp,

    /// <summary>Finishes what it has and takes nothing new.</summary>
    Draining,

    /// <summary>Answers, but has not got on with its work: released by a person, or by one run that goes well after a rest.</summary>
    Quarantined,

    /// <summary>Does not answer.</summary>
    Offline,
}

using System.Collections.Immutable;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Engine.Pool;

/// <summary>How an attempt ended, as far as it says something of its host.</summary>
/// <param name="Seen">What the execution took; <see langword="null"/> when it was answered from the cache or did not end well.</param>
public sealed record AttemptEnd(Lease Lease, AttemptEnding How, Observation? Seen = null)
{
    private const int MostOrphans = 64;

    /// <summary>What the host said when it would not take the prompt.</summary>
    public string? Refusal { get; init; }

    /// <summary>Whether it would not take it with other values either.</summary>
    public bool RefusesAllValues { get; init; }

    /// <summary>
    /// The host's row with the slot given back and the lesson learned. A slot that was given back before teaches nothing twice.
    /// </summary>
    public PoolHost Over(PoolHost host, HealthLimits limits, DateTimeOffset now)
    {
        if (host.Leases.FirstOrDefault(l => l.On(host.Id) == Lease) is not { } slot)
        {
            return host;
        }

        var free = host.TakeBack(Lease, now);
        return How switch
        {
            AttemptEnding.Succeeded => Learn(HealthRules.Succeeded(free, slot.Work, slot.Inputs), slot),
            AttemptEnding.NodeFailed => HealthRules.NodeFailed(free),
            AttemptEnding.Refused => HealthRules.Refused(free, slot.Needs, RefusesAllValues ? null : slot.Inputs, Refusal ?? ""),
            AttemptEnding.OutOfMemory =>
                free with { Times = free.Times.AfterOutOfMemory(slot.Work, now), Residency = free.Residency.Emptied() },
            AttemptEnding.Vanished => HealthRules.Restarted(free, slot, now),
            AttemptEnding.Unanswered => HealthRules.Unanswered(Leave(free), limits, now),
            AttemptEnding.Lost => Leave(free),
            _ => free, // What was canceled or lost says nothing more.
        };
    }

    // The prompt may still be there, or arrive late, and nobody could ask.
    private PoolHost Leave(PoolHost host) => host with { Orphans = [.. host.Orphans.Add(Lease.Prompt).TakeLast(MostOrphans)] };

    private PoolHost Learn(PoolHost host, HeldSlot slot)
    {
        if (Seen is null)
        {
            return host;
        }

        ImmutableArray<string> thoughtHeld = [.. slot.Models.Except(slot.Loads)];
        return host with
        {
            Times = host.Times.After(Seen),
            Residency = host.Residency.Corrected(
                wasLoadedUnexpectedly: Seen.Loaded.Any(thoughtHeld.Contains),
                wasHeldUnexpectedly: !slot.Loads.IsEmpty && Seen.Loaded.IsEmpty),
        };
    }
}

public enum AttemptEnding
{
    Succeeded,
    NodeFailed,
    OutOfMemory,

    /// <summary>The host did not answer when it was asked to take the prompt, or where it is.</summary>
    Unanswered,

    /// <summary>The host no longer knows the prompt: its process is new.</summary>
    Vanished,

    /// <summary>Lost with its host, which is known already.</summary>
    Lost,

    /// <summary>The host would not take the prompt, for something that another host may have.</summary>
    Refused,

    /// <summary>Canceled, taken off, or refused as any host would: nothing that the host is to blame for.</summary>
    Other,
}

using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>A host while a plan is made: its row as the plan leaves it so far.</summary>
internal sealed class Desk(PoolHost host, int index, DateTimeOffset now, bool isOfLargePool)
{
    // A run that proves a quarantined host may cost its caller some time: other hosts go first unless they are busy.
    private const double TrialSeconds = 15;

    public int Index => index;

    public PoolHost Host { get; private set; } = host;

    public int Open { get; private set; } = host.OpenSlots(now);

    public double Backlog { get; private set; } = host.BacklogSeconds(now) + (host.IsOnTrial(now) ? TrialSeconds : 0);

    /// <summary>Whether all that stands here is of times that have been learned.</summary>
    public bool IsForeseeable { get; set; }

    /// <summary>By how much a second of loading counts here.</summary>
    public double LoadPrice { get; set; } = 1;

    /// <summary>A host that warms up, or proves itself by its warm-up, takes no calls meanwhile.</summary>
    public bool TakesOnlyItsOwn { get; } = host.Status is HostStatus.WarmingUp || (host.WarmUp is not null && host.IsOnTrial(now));

    /// <summary>
    /// How long it has not been lent, so that work spreads over hosts that are equal. In a large pool by doublings of seconds: what other
    /// processes did of late is not known here, and all would want the one that rested longest.
    /// </summary>
    public double Rest
    {
        get
        {
            var seconds = Host.Residency.Sets.IsEmpty ? double.PositiveInfinity : (now - Host.Residency.Sets[^1].UsedAt).TotalSeconds;
            return isOfLargePool ? Math.Floor(Math.Log2(1 + Math.Max(0, seconds))) : seconds;
        }
    }

    public void Take(HeldSlot slot, ImmutableArray<string> pinned)
    {
        Host = Host.Lend(slot, pinned);
        Open = Math.Max(0, Open - 1);
        Backlog += slot.ExpectedSeconds;
    }
}

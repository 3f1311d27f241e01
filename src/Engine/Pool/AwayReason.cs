using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>Why a run waits whose hosts all take no work now: named is the one that is likely to be back first.</summary>
internal static class AwayReason
{
    private static readonly ImmutableArray<HostStatus> SoonestFirst =
        [HostStatus.WarmingUp, HostStatus.Quarantined, HostStatus.Draining, HostStatus.Offline];

    /// <param name="hosts">Those that could take it. There are some.</param>
    public static WaitReason Of(ImmutableArray<PoolHost> hosts)
    {
        var states = hosts.OrderBy(h => SoonestFirst.IndexOf(h.Status)).ToImmutableArray();
        return new(CauseOf(states[0].Status), $"{string.Join("; ", states.Select(h => $"{h.Id} {WhatOf(h)}"))}.");
    }

    private static WaitCause CauseOf(HostStatus status) => status switch
    {
        HostStatus.WarmingUp => WaitCause.HostWarmingUp,
        HostStatus.Quarantined => WaitCause.HostQuarantined,
        HostStatus.Draining => WaitCause.HostDraining,
        _ => WaitCause.HostOffline, // A host that is ready takes work.
    };

    private static string WhatOf(PoolHost host) => host.Status switch
    {
        HostStatus.WarmingUp => "is warming up",
        HostStatus.Quarantined => $"is quarantined{Because(host)}",
        HostStatus.Draining => $"is draining{Because(host)}",
        _ => "does not answer",
    };

    private static string Because(PoolHost host) => host.Reason is { } reason ? $" ({reason.TrimEnd('.')})" : "";
}

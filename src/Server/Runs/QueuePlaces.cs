using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>How many go before a run that has not begun: in the central queue, or in that of the host that has taken its prompt.</summary>
public sealed class QueuePlaces(PendingStore pending, HostSentinel sentinel, HostStore hosts)
{
    public int? Of(RunRecord run) =>
        run.Status is not RunStatus.Queued ? null
        : run.State is RunState.Executing { Lease: var lease } ? sentinel.PlaceOf(lease) ?? ByRow(lease)
        : pending.PositionOf(run.Id);

    // A process that does not listen to the host knows who was lent its slots, in their order, and how many prompts of others stand there.
    private int? ByRow(Lease lease) =>
        hosts.Find(lease.Host) is { } host
        && host.Leases.Index().FirstOrDefault(l => l.Item.On(host.Id) == lease) is { Item: not null, Index: var index }
            ? index + (host.Foreign?.Prompts ?? 0)
            : null;
}

using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Sync;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// What is gone over now and then, by a timer of whatever host this is: each kind by one process at a time, and twice does no harm.
/// </summary>
public sealed class Sweeps(LeaseSweep leases, RunRescue rescue, RunRemoval removal, Housekeeping housekeeping, HostSyncing syncing,
    SweepLog log)
{
    public Task LeasesAsync(CancellationToken cancellationToken) => SweepAsync(Sweep.Leases, leases.SweepAsync, cancellationToken);

    public Task RescueAsync(CancellationToken cancellationToken) => SweepAsync(Sweep.Rescue, rescue.SweepAsync, cancellationToken);

    public Task RemovalAsync(CancellationToken cancellationToken) => SweepAsync(Sweep.Removal, removal.SweepAsync, cancellationToken);

    public Task HousekeepingAsync(CancellationToken cancellationToken) =>
        SweepAsync(Sweep.Housekeeping, housekeeping.SweepAsync, cancellationToken);

    public Task SyncAsync(CancellationToken cancellationToken) => SweepAsync(Sweep.Sync, syncing.SweepAsync, cancellationToken);

    private async Task SweepAsync(Sweep kind, Func<CancellationToken, Task> sweep, CancellationToken cancellationToken)
    {
        await sweep(cancellationToken);
        log.Note(kind.Name);
    }
}

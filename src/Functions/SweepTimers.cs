using ComfyFunc.Server.Upkeep;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>
/// The sweeps, each on one instance at a time. Each may be in a process of its own, where nothing but its binding brings the Durable
/// client.
/// </summary>
public sealed class SweepTimers(Sweeps sweeps, DurableClientSource clients)
{
    [Function(nameof(SweepLeases))]
    public Task SweepLeases([TimerTrigger(Sweep.LeasesCron, RunOnStartup = true)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return Sweep.Leases.RunAsync(sweeps, cancellationToken);
    }

    [Function(nameof(RescueRuns))]
    public Task RescueRuns([TimerTrigger(Sweep.RescueCron)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return Sweep.Rescue.RunAsync(sweeps, cancellationToken);
    }

    [Function(nameof(RemoveOldRuns))]
    public Task RemoveOldRuns([TimerTrigger(Sweep.RemovalCron)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return Sweep.Removal.RunAsync(sweeps, cancellationToken);
    }

    [Function(nameof(KeepHouse))]
    public Task KeepHouse([TimerTrigger(Sweep.HousekeepingCron)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return Sweep.Housekeeping.RunAsync(sweeps, cancellationToken);
    }

    [Function(nameof(SyncHosts))]
    public Task SyncHosts([TimerTrigger(Sweep.SyncCron)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return Sweep.Sync.RunAsync(sweeps, cancellationToken);
    }
}

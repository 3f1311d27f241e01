using ComfyFunc.Pool;
using ComfyFunc.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The sweeps, each on one instance at a time.</summary>
public sealed class SweepTimers(LeaseSweep leases, RunRescue rescue, RunRemoval removal, Housekeeping housekeeping, DurableClientSource clients)
{
    [Function(nameof(SweepLeases))]
    public Task SweepLeases([TimerTrigger("*/15 * * * * *", RunOnStartup = true)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return leases.SweepAsync(cancellationToken);
    }

    [Function(nameof(RescueRuns))]
    public Task RescueRuns([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) => rescue.SweepAsync(cancellationToken);

    [Function(nameof(RemoveOldRuns))]
    public Task RemoveOldRuns([TimerTrigger("0 */10 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => removal.SweepAsync(cancellationToken);

    [Function(nameof(KeepHouse))]
    public Task KeepHouse([TimerTrigger("30 5 * * * *")] TimerInfo timer, CancellationToken cancellationToken) => housekeeping.SweepAsync(cancellationToken);
}

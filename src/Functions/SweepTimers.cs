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
    public Task SweepLeases([TimerTrigger("*/15 * * * * *", RunOnStartup = true)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return sweeps.LeasesAsync(cancellationToken);
    }

    [Function(nameof(RescueRuns))]
    public Task RescueRuns([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return sweeps.RescueAsync(cancellationToken);
    }

    [Function(nameof(RemoveOldRuns))]
    public Task RemoveOldRuns([TimerTrigger("0 */10 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return sweeps.RemovalAsync(cancellationToken);
    }

    [Function(nameof(KeepHouse))]
    public Task KeepHouse([TimerTrigger("30 5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return sweeps.HousekeepingAsync(cancellationToken);
    }
}

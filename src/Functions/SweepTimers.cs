using ComfyFunc.Server.Upkeep;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>
/// The sweeps, on one instance at a time. Each timer may be in a process of its own, where nothing but its binding brings the Durable
/// client.
/// </summary>
public sealed class SweepTimers(SweepTimer sweeps, DurableClientSource clients)
{
    [Function(nameof(SweepOften))]
    public Task SweepOften([TimerTrigger(Sweep.OftenCron, RunOnStartup = true)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return sweeps.RingAsync(Sweep.OftenCron, cancellationToken);
    }

    [Function(nameof(SweepSeldom))]
    public Task SweepSeldom([TimerTrigger(Sweep.SeldomCron)] TimerInfo timer, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return sweeps.RingAsync(Sweep.SeldomCron, cancellationToken);
    }
}

using System.Diagnostics.Metrics;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Telemetry;
using Microsoft.Extensions.Hosting;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Pool;

/// <summary>Shows the pool as this process knows it: who waits, and what is free.</summary>
public sealed class PoolMetrics(Instruments instruments, HostStore hosts, PendingStore pending) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        instruments.Observe(Metric.QueueLength, () => [new(pending.Known.Count)]);
        instruments.Observe(Metric.Hosts, () => hosts.Known.CountBy(h => h.Status)
            .Select(c => new Measurement<long>(c.Value, new KeyValuePair<string, object?>(Attribute.HostStatus, NameOf(c.Key)))));
        instruments.Observe(Metric.Slots, () => hosts.Known.SelectMany(Slots));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static Measurement<long>[] Slots(PoolHost host) =>
    [
        Slots(host, "used", host.Leases.Length),
        Slots(host, "free", Math.Max(0, host.Slots - host.Leases.Length)),
    ];

    private static Measurement<long> Slots(PoolHost host, string state, int count) =>
        new(count, new(Attribute.Host, host.Id.Value), new(Attribute.SlotState, state));

    private static string NameOf(HostStatus status) => status switch
    {
        HostStatus.WarmingUp => "warming_up",
        _ => status.ToString().ToLowerInvariant(),
    };
}

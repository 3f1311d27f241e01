using System.Diagnostics.Metrics;
using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Hosting;

namespace ComfyFunc.Server.Telemetry;

/// <summary>Shows what storage was asked for, and how often it could not.</summary>
public sealed class StorageMetrics(Instruments instruments, StorageMeter storage) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        instruments.Observe(Metric.StorageRequests, () => storage.Counts.Select(c => new Measurement<long>(c.Value,
            new(Attribute.StorageService, c.Key.Service), new(Attribute.StorageOperation, c.Key.Verb))));
        instruments.Observe(Metric.StorageFaults, () => [new(storage.Faults)]);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Hosting;

namespace ComfyFunc.Server.Startup;

/// <summary>Creates the tables and the container before anything else of the application starts.</summary>
public sealed class StoragePreparation(IDocumentTables tables, IBlobStore blobs) : IHostedService
{
    /// <summary>The tables of all stores.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["runs", "calls", "pending", "hosts", "workflows", "webhooks", "outbox",
        "deliveries", "webhookdeliveries", "keys", "usage", "batches", "results", "processes", "ends", "progress", "follows", "sync",
        "stats", "places"];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await blobs.EnsureCreatedAsync(cancellationToken);
        await tables.EnsureCreatedAsync(Tables, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

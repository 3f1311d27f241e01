using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Hosting;

namespace ComfyFunc.Server.Startup;

/// <summary>Creates the tables and the container before anything else of the application starts.</summary>
public sealed class StoragePreparation(IDocumentTables tables, IBlobStore blobs, TimeProvider clock) : IHostedService
{
    /// <summary>The tables of all stores.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["runs", "calls", "pending", "hosts", "workflows", "webhooks", "outbox",
        "deliveries", "webhookdeliveries", "keys", "usage", "batches", "results", "processes", "ends", "progress", "follows", "sync",
        "stats", "places"];

    /// <summary>Whoever waits for the start hears by then what is wrong.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="OperationCanceledException">It took too long, though each answer came in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        await blobs.EnsureCreatedAsync(either.Token);
        await tables.EnsureCreatedAsync(Tables, either.Token);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

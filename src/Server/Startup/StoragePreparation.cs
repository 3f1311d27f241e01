using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Hosting;

namespace ComfyFunc.Server.Startup;

/// <summary>Creates the tables and the container before anything else of the application starts.</summary>
public sealed class StoragePreparation(IDocumentTables tables, IBlobStore blobs) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await blobs.EnsureCreatedAsync(cancellationToken);
        await tables.EnsureCreatedAsync(ServerRegistration.Tables, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

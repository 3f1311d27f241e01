using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(ComfyFunc.Tests.AzuriteFixture))]

namespace ComfyFunc.Tests;

/// <summary>One storage emulator for the whole test run, started by the first test that needs it.</summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private readonly Lazy<Task<AzuriteProcess>> azurite = new(StartAsync);
    private int made;

    /// <summary>Names of its own for each caller, so that no test sees another one's data.</summary>
    public async Task<StorageOptions> NewStorageAsync()
    {
        var name = $"t{Interlocked.Increment(ref made)}x{Guid.NewGuid():N}"[..20];
        return new() { ConnectionString = (await azurite.Value).ConnectionString, Container = name, TablePrefix = name };
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite.IsValueCreated && azurite.Value.IsCompletedSuccessfully)
        {
            await (await azurite.Value).DisposeAsync();
        }
    }

    private static async Task<AzuriteProcess> StartAsync()
    {
        var azurite = await AzuriteProcess.StartAsync(
            new() { DataFolder = Path.GetTempPath(), ToolFolder = TestFolders.Tools, InMemory = true }, NullLogger.Instance,
            CancellationToken.None);
        await LetPagesInAsync(new(azurite.ConnectionString));
        return azurite;
    }

    // As infra/modules/storage.bicep does: the console puts uploads by their links, and reads files by theirs.
    private static async Task LetPagesInAsync(BlobServiceClient blobs)
    {
        BlobServiceProperties properties = await blobs.GetPropertiesAsync();
        properties.Cors = [new() { AllowedOrigins = "*", AllowedMethods = "GET,HEAD,OPTIONS,PUT", AllowedHeaders = "*",
            ExposedHeaders = "*", MaxAgeInSeconds = 3600 }];
        await blobs.SetPropertiesAsync(properties);
    }
}

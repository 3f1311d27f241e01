using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests;

/// <summary>Storage as an application gets it, for the length of a test.</summary>
internal sealed class StorageServices : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private readonly EmbeddedStore? store;
    private readonly DirectoryInfo? folder;

    private StorageServices(ServiceProvider services, EmbeddedStore? store = null, DirectoryInfo? folder = null) =>
        (this.services, this.store, this.folder) = (services, store, folder);

    public IDocumentTables Tables => services.GetRequiredService<IDocumentTables>();

    public IBlobStore Blobs => services.GetRequiredService<IBlobStore>();

    public ISasMinter Links => services.GetRequiredService<StorageLinks>().Minter;

    public StorageMeter Meter => services.GetRequiredService<StorageMeter>();

    public static StorageServices Of(StorageOptions options) => new(new ServiceCollection().AddStorage(options).BuildServiceProvider());

    public static StorageServices InMemory() => new(new ServiceCollection().AddMemoryStorage().BuildServiceProvider());

    /// <summary>What lies in a data folder that no process uses any more.</summary>
    public static async Task<StorageServices> OpenAsync(string folder)
    {
        var store = await EmbeddedStore.OpenAsync(new(folder), TestContext.Current.CancellationToken);
        return new(new ServiceCollection().AddStorage(store).BuildServiceProvider(), store);
    }

    /// <summary>In a folder that goes with it.</summary>
    /// <param name="maxBytes">The most that it may take.</param>
    public static async Task<StorageServices> EmbeddedAsync(long? maxBytes = null)
    {
        var folder = Directory.CreateTempSubdirectory("store-");
        var store = await EmbeddedStore.OpenAsync(new(folder.FullName) { MaxBytes = maxBytes }, TestContext.Current.CancellationToken);
        return new(new ServiceCollection().AddStorage(store).BuildServiceProvider(), store, folder);
    }

    /// <summary>With the container and the table <c>things</c> there.</summary>
    public async Task<StorageServices> CreatedAsync()
    {
        await Blobs.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await Tables.EnsureCreatedAsync(["things"], TestContext.Current.CancellationToken);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        store?.Dispose();
        folder?.Delete(recursive: true);
    }
}

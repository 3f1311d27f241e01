using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Support.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests;

/// <summary>Storage as an application gets it, for the length of a test.</summary>
internal sealed class StorageServices : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private StorageServices(ServiceProvider services) => this.services = services;

    public IDocumentTables Tables => services.GetRequiredService<IDocumentTables>();

    public IBlobStore Blobs => services.GetRequiredService<IBlobStore>();

    public ISasMinter Links => services.GetRequiredService<ISasMinter>();

    public StorageMeter Meter => services.GetRequiredService<StorageMeter>();

    public static StorageServices Of(StorageOptions options) => new(new ServiceCollection().AddStorage(options).BuildServiceProvider());

    public static StorageServices InMemory() => new(new ServiceCollection().AddMemoryStorage().BuildServiceProvider());

    /// <summary>With the container and the table <c>things</c> there.</summary>
    public async Task<StorageServices> CreatedAsync()
    {
        await Blobs.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await Tables.EnsureCreatedAsync(["things"], TestContext.Current.CancellationToken);
        return this;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}

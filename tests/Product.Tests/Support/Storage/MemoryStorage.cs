using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ComfyFunc.Tests.Support.Storage;

/// <summary>Storage in this process's memory, held to the same contract as the real one by the tests of both.</summary>
internal static class MemoryStorage
{
    public static IServiceCollection AddMemoryStorage(this IServiceCollection services)
    {
        services.TryAddSingleton<StorageMeter>();
        services.TryAddSingleton<IBlobStore>(s => new MemoryBlobStore(s.GetService<TimeProvider>()));
        services.TryAddSingleton<IDocumentTables, MemoryDocumentTables>();
        services.TryAddSingleton(new StorageLinks(new MemorySasMinter(), new Uri("https://blobs.invalid")));
        return services;
    }
}

using System.ComponentModel.DataAnnotations;
using Azure.Storage.Blobs;
using ComfyFunc.Adapters.Storage.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ComfyFunc.Adapters.Storage;

/// <summary>Registers tables, blobs and links over a storage account.</summary>
public static class StorageRegistration
{
    /// <summary>Storage as a configuration section describes it; checked when the host starts.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration section)
    {
        services.AddOptions<StorageOptions>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddAccount();
    }

    /// <summary>Storage known already, as after starting an emulator; checked at once.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        services.AddSingleton(Options.Create(options));
        return services.AddAccount();
    }

    /// <summary>Storage in a folder of this process. Its links are for whoever serves its files to sign.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, EmbeddedStore store)
    {
        services.AddSingleton(store.Meter);
        services.AddSingleton(store.Blobs);
        services.AddSingleton(store.Tables);
        return services;
    }

    private static IServiceCollection AddAccount(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StorageMeter>();
        services.TryAddSingleton(s => new StorageClients(
            OptionsOf(s), s.GetRequiredService<StorageMeter>(), new(s.GetRequiredService<TimeProvider>())));
        services.TryAddSingleton<IBlobStore>(s => s.GetRequiredService<StorageClients>().BlobsOf(OptionsOf(s).Container));
        services.TryAddSingleton<IDocumentTables>(s => new AzureDocumentTables(
            s.GetRequiredService<StorageClients>().Tables, OptionsOf(s).TablePrefix, s.GetRequiredService<IBlobStore>()));
        services.TryAddSingleton(s => new StorageLinks(MinterFor(
            s.GetRequiredService<StorageClients>().Blobs, ContainerOf(s), s.GetRequiredService<TimeProvider>()),
            s.GetRequiredService<StorageClients>().Blobs.Uri));
        return services;
    }

    private static StorageOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<StorageOptions>>().Value;

    private static BlobContainerClient ContainerOf(IServiceProvider services) =>
        services.GetRequiredService<StorageClients>().Blobs.GetBlobContainerClient(OptionsOf(services).Container);

    private static ISasMinter MinterFor(BlobServiceClient service, BlobContainerClient container, TimeProvider clock) =>
        container.CanGenerateSasUri
        ? new AccountKeySasMinter(container)
        : new DelegationSasMinter(
            container,
            async (from, until, ct) => (await service.GetUserDelegationKeyAsync(from, until, ct)).Value,
            clock);
}

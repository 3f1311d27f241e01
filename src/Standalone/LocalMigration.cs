using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Storage.Embedded;
using ComfyFunc.Server.Startup;

namespace ComfyFunc.Standalone;

/// <summary>The command that copies the data folder into the account that is configured, and what it says.</summary>
internal static class LocalMigration
{
    private static readonly TimeSpan SaysAgain = TimeSpan.FromSeconds(2);

    /// <exception cref="StartRefusedException">There is nothing to copy, or nowhere to.</exception>
    /// <exception cref="StorageUnavailableException">The account does not answer.</exception>
    public static async Task RunAsync(StartSettings settings, CancellationToken cancellationToken)
    {
        if (!settings.Storage.NamesAccount)
        {
            throw new StartRefusedException(
                "migrate: say where to: --Storage:ConnectionString <connection string>, or --Storage:AccountName <account>.");
        }

        if (!EmbeddedStore.IsIn(settings.Own.Data))
        {
            throw new StartRefusedException($"migrate: {settings.Own.Data} has no data. Choose the folder: --Data <folder>.");
        }

        using var local = await LocalStorage.OpenFolderAsync(settings, cancellationToken);
        await using var source = ServicesOf(local);
        await using var target = ServicesOf(LocalStorage.Of(settings.Storage));
        var copy = new StorageCopy(PartsOf(source), PartsOf(target), StoragePreparation.Tables);
        try
        {
            await ShownAsync(copy, copy.RunAsync(cancellationToken));
        }
        catch (NotEmptyException e)
        {
            throw new StartRefusedException($"migrate: {e.Message} Choose another --Storage:Container and --Storage:TablePrefix.");
        }
        catch (InvalidDataException e)
        {
            throw new StartRefusedException($"migrate: {e.Message} Bring back a backup of the folder (docs/operations.md).");
        }

        Console.WriteLine($"All of {settings.Own.Data} is in the account: {TextOf(copy.Copied)}. The folder is as it was.");
    }

    private static async Task ShownAsync(StorageCopy copy, Task running)
    {
        while (await Task.WhenAny(running, Task.Delay(SaysAgain)) != running)
        {
            Console.WriteLine($"  {TextOf(copy.Copied)}");
        }

        await running;
    }

    private static string TextOf(CopiedData copied) => string.Create(CultureInfo.InvariantCulture,
        $"{copied.Documents} documents, {copied.Files} files, {copied.Bytes} bytes");

    private static ServiceProvider ServicesOf(LocalStorage storage)
    {
        var services = new ServiceCollection();
        storage.AddTo(services);
        return services.BuildServiceProvider();
    }

    private static StorageParts PartsOf(ServiceProvider services) =>
        new(services.GetRequiredService<IDocumentTables>(), services.GetRequiredService<IBlobStore>());
}

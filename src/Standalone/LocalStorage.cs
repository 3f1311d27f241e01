using ComfyFunc.Adapters.Storage;

namespace ComfyFunc.Standalone;

/// <summary>
/// The storage of this process: the account that is configured under <c>Storage</c>, or an Azurite of its own in the data folder.
/// </summary>
public sealed class LocalStorage : IAsyncDisposable
{
    private readonly AzuriteProcess? azurite;
    private readonly FileStream? claim;

    private LocalStorage(StorageOptions options, AzuriteProcess? azurite, FileStream? claim)
    {
        Options = options;
        this.azurite = azurite;
        this.claim = claim;
    }

    public StorageOptions Options { get; }

    public static async Task<LocalStorage> PrepareAsync(StartSettings settings, IConfiguration configuration,
        CancellationToken cancellationToken)
    {
        if (settings.Storage.NamesAccount)
        {
            return new(settings.Storage, null, null);
        }

        var folder = Path.GetFullPath(settings.Own.Data);
        var tools = Path.GetFullPath(settings.Own.Tools);
        var claim = Claim(folder);
        try
        {
            using var loggers = ConsoleLog.Early(configuration);
            var azurite = await AzuriteProcess.StartAsync(new() { DataFolder = Path.Combine(folder, "azurite"), ToolFolder = tools },
                loggers.CreateLogger<AzuriteProcess>(), cancellationToken);
            return new(settings.Storage with { ConnectionString = azurite.ConnectionString }, azurite, claim);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            await claim.DisposeAsync();
            throw new StartRefusedException(
                $"Data, Tools: nothing can be kept in {folder} or {tools}: {e.Message} Choose others: --Data <folder> --Tools <folder>");
        }
        catch
        {
            await claim.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }

        if (claim is not null)
        {
            await claim.DisposeAsync();
        }
    }

    // The system gives the lock back even after a kill.
    private static FileStream Claim(string folder)
    {
        var mark = Path.Combine(folder, "in-use");
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(mark, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(mark))
        {
            throw new StartRefusedException(
                $"Data: another ComfyFunc is using the folder {folder}. Stop it, or choose another folder: --Data <folder>");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StartRefusedException(
                $"Data: nothing can be written to the folder {folder}: {e.Message} Choose another folder: --Data <folder>");
        }
    }
}

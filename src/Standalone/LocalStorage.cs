using ComfyFunc.Storage;

namespace ComfyFunc.Standalone;

/// <summary>The storage of this process: the account that is configured under <c>Storage</c>, or an Azurite of its own in the data folder.</summary>
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

    public static async Task<LocalStorage> PrepareAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var configured = configuration.GetSection("Storage").Get<StorageOptions>() ?? new();
        if (configured.NamesAccount)
        {
            return new(configured, null, null);
        }

        var folder = Path.GetFullPath(configuration["Data"] ?? ".data");
        var claim = Claim(folder);
        try
        {
            using var loggers = LoggerFactory.Create(l => l.AddSimpleConsole(c => c.SingleLine = true));
            var azurite = await AzuriteProcess.StartAsync(
                new() { DataFolder = Path.Combine(folder, "azurite"), ToolFolder = Path.GetFullPath(configuration["Tools"] ?? ".tools") }, loggers.CreateLogger<AzuriteProcess>(), cancellationToken);
            return new(configured with { ConnectionString = azurite.ConnectionString }, azurite, claim);
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
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, "in-use"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartRefusedException($"Another ComfyFunc is using the data folder {folder}. Stop it, or choose another folder: --Data <folder>.");
        }
    }
}

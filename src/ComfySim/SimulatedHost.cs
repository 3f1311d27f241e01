using ComfyFunc.ComfySim.Nodes;

namespace ComfyFunc.ComfySim;

/// <summary>A simulated ComfyUI server on a real port: it can be killed and started again like a process, and keeps its folders.</summary>
public sealed class SimulatedHost : IAsyncDisposable
{
    private readonly SimOptions options;
    private readonly SimFolders folders;
    private readonly SimStatistics statistics = new();
    private readonly bool ownsFolder;
    private readonly SemaphoreSlim turn = new(1);
    private SimProcess? process;

    private SimulatedHost(SimOptions options)
    {
        ownsFolder = options.BaseDirectory is null;
        folders = new(options.BaseDirectory ?? Directory.CreateTempSubdirectory("comfysim-").FullName);
        this.options = options;
        Faults.Crash = () => _ = Task.Run(KillAsync);
    }

    public string Name => options.Name;

    /// <summary>Ends in a slash.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public SimFaults Faults { get; } = new();

    public SimStats Stats => statistics.Snapshot();

    public bool IsRunning => process is not null;

    public static async Task<SimulatedHost> StartAsync(SimOptions options, CancellationToken cancellationToken)
    {
        var host = new SimulatedHost(options);
        try
        {
            await host.StartAsync(options.Port, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync(); // A port that is taken must not leave a folder behind.
            throw;
        }
    }

    /// <summary>Ends it as a crash does: no close frames, and queue, history and cache are gone.</summary>
    public async Task KillAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (Interlocked.Exchange(ref process, null) is { } life)
                await life.KillAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Kills it if it still runs, and starts it again on the same port.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await KillAsync();
        await StartAsync(Url.Port, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        turn.Dispose();
        if (ownsFolder)
            Directory.Delete(folders.Root, recursive: true);
    }

    private async Task StartAsync(int port, CancellationToken cancellationToken)
    {
        folders.WipeTemp();
        statistics.ProcessStarted();
        var catalog = new NodeCatalog(new(options, folders), options.ExcludedClasses);
        process = await SimProcess.StartAsync(options, port, new(folders, catalog, statistics, Faults), cancellationToken);
        Url = process.Url;
    }
}

namespace ComfyFunc.ComfySim;

/// <summary>A simulated ComfyUI server on a real port: it can be killed and started again like a process, and keeps its folders.</summary>
public sealed class SimulatedHost : IAsyncDisposable
{
    private readonly SimOptions options;
    private readonly SimMachine machine;
    private readonly SimStatistics statistics = new();
    private readonly bool ownsFolder;
    private readonly SemaphoreSlim turn = new(1);
    private SimProcess? process;

    private SimulatedHost(SimOptions options)
    {
        ownsFolder = options.BaseDirectory is null;
        this.options = options;
        var folders = new SimFolders(options.BaseDirectory ?? Directory.CreateTempSubdirectory("comfysim-").FullName);
        machine = new(folders, new(options, new(options, folders)), statistics, Faults);
        Person = new(this);
        Faults.Crash = () => _ = Task.Run(KillAsync);
    }

    public string Name => options.Name;

    /// <summary>Ends in a slash.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    /// <summary>The token that its door wants, if it has one.</summary>
    public string? Door => options.Door;

    public SimFaults Faults { get; } = new();

    /// <summary>Somebody who uses the host as well.</summary>
    public SimPerson Person { get; }

    public SimStats Stats => statistics.Snapshot();

    public bool IsRunning => process is not null;

    /// <summary>What is in the input directory, subfolders included, with slashes.</summary>
    public IReadOnlyList<string> InputFiles => machine.Folders.AllInputFiles();

    public static async Task<SimulatedHost> StartAsync(SimOptions options, CancellationToken cancellationToken)
    {
        var host = new SimulatedHost(options);
        try
        {
            if (options.ObjectInfoFile is { } file)
            {
                host.Describe(await File.ReadAllBytesAsync(file, cancellationToken));
            }

            if (!options.ObjectInfo.IsEmpty)
            {
                host.Describe(options.ObjectInfo);
            }

            await host.StartAsync(options.Port, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync(); // A port that is taken must not leave a folder behind.
            throw;
        }
    }

    /// <summary>Upgrades the host in place: adds the classes of a catalog, and replaces those that it has. Restarts keep them.</summary>
    /// <exception cref="FormatException">The catalog is no JSON object.</exception>
    public void Describe(ReadOnlyMemory<byte> objectInfo) => machine.Catalog.Describe(objectInfo, isWhole: false);

    /// <summary>Puts a catalog in the place of all that were given before.</summary>
    /// <exception cref="FormatException">The catalog is no JSON object.</exception>
    public void DescribeAnew(ReadOnlyMemory<byte> objectInfo) => machine.Catalog.Describe(objectInfo, isWhole: true);

    /// <summary>Takes node classes away, as a pack does that fails to load.</summary>
    public void Lack(params IEnumerable<string> classes) => machine.Catalog.Lack(classes);

    /// <summary>Puts a model file into a folder such as <c>loras</c>; the next /object_info has it.</summary>
    public void AddModel(string folder, string file) => machine.Catalog.Shelf.Add(folder, file);

    public void RemoveModel(string folder, string file) => machine.Catalog.Shelf.Remove(folder, file);

    /// <summary>Deletes what is in the input directory, or below one folder of it, as a tidy operator does.</summary>
    public void ClearInput(string below = "") => machine.Folders.ClearInput(below);

    /// <summary>Ends it as a crash does: no close frames, and queue, history and cache are gone.</summary>
    public async Task KillAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (Interlocked.Exchange(ref process, null) is { } life)
            {
                await life.KillAsync();
            }
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
        {
            Directory.Delete(machine.Folders.Root, recursive: true);
        }
    }

    private async Task StartAsync(int port, CancellationToken cancellationToken)
    {
        machine.Folders.WipeTemp();
        statistics.ProcessStarted();
        process = await SimProcess.StartAsync(options, port, machine, cancellationToken);
        Url = process.Url;
    }
}

using System.Diagnostics;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>
/// The product as its users run it: a process of its own, Standalone or (with COMFYFUNC_TARGET=functions) the Functions app under Core
/// Tools; on the embedded store or (with COMFYFUNC_STORAGE=azurite, and always for several processes) on Azurite.
/// </summary>
public sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private static readonly bool IsFunctions = string.Equals(Environment.GetEnvironmentVariable("COMFYFUNC_TARGET"), "functions",
        StringComparison.OrdinalIgnoreCase);

    private static readonly bool IsEmbedded = !IsFunctions && !string.Equals(Environment.GetEnvironmentVariable("COMFYFUNC_STORAGE"),
        "azurite", StringComparison.OrdinalIgnoreCase);

    private static readonly HttpClient Looker = new();

    private readonly int port = FreePort.Next();
    private readonly StorageOptions storage;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly string? group;
    private readonly int? diskMegabytes;
    private readonly string fullOf; // The folder whose data is there already, on a disk that has no more room.
    private readonly TestFolder folder = new();
    private Process? process;

    private AppProcess(StorageOptions storage, IReadOnlyDictionary<string, string> settings, string? group, int? diskMegabytes = null,
        string fullOf = "")
    {
        (this.storage, this.settings, this.group) = (storage, settings, group);
        (this.diskMegabytes, this.fullOf) = (diskMegabytes, fullOf);
        Http = new(new TrafficGuard(new SocketsHttpHandler { AllowAutoRedirect = false },
            [folder.Path, AppContext.BaseDirectory.TrimEnd('/'), TestFolders.Root, KeyOf(storage.ConnectionString)]))
        {
            BaseAddress = new(
                $"http://localhost:{port}/api/"),
            Timeout = TimeSpan.FromMinutes(4)
        };
    }

    public HttpClient Http { get; }

    /// <summary>The account where it keeps everything; names none where it has a store of its own.</summary>
    public StorageOptions Storage => storage;

    /// <summary>Where Standalone keeps everything unless it has an account.</summary>
    public string DataFolder => Path.Combine(folder.Path, ".data");

    /// <summary>That folder as the living process sees it, also where it has a disk of its own.</summary>
    public string LivingDataFolder => $"/proc/{process!.Id}/root{DataFolder}"; // It has been started.

    /// <summary>Another address of this machine where Standalone listens too; <see langword="null"/> where there is none.</summary>
    public Uri? OtherAddress => OperatingSystem.IsLinux() && !IsFunctions ? new($"http://127.0.0.2:{port}/api/") : null;

    /// <summary>What it has stored, when it is over: a store of its own is one process's.</summary>
    internal async Task<StorageServices> EndAndOpenStorageAsync()
    {
        Kill();
        return storage.NamesAccount ? StorageServices.Of(storage) : await StorageServices.OpenAsync(DataFolder);
    }

    /// <summary>The task hub of the Functions app, whose tables begin with it.</summary>
    public string Hub => $"Hub{storage.TablePrefix}"[..20];

    /// <summary>Everything that it has written to its log.</summary>
    public string LogText => folder.LogText;

    /// <summary>Whether the Functions app is what is tested.</summary>
    public static bool IsFunctionsApp => IsFunctions;

    /// <summary>How long a run may take to go on after its process was killed: Durable waits for leases to lapse.</summary>
    public static TimeSpan Recovery => IsFunctions ? TimeSpan.FromMinutes(3) : TimeSpan.FromSeconds(40);

    public static async Task<AppProcess> StartAsync(AzuriteFixture azurite, IReadOnlyDictionary<string, string>? settings = null) =>
        await StartAsync(IsEmbedded ? new StorageOptions() : await azurite.NewStorageAsync(), settings ?? new Dictionary<string, string>());

    /// <summary>Standalone on a disk of its own, of so many megabytes, which goes with the process. Linux has such.</summary>
    /// <param name="fullOf">A data folder that is copied there; what is left of the disk a file <c>others</c> takes.</param>
    public static async Task<AppProcess> StartOnDiskAsync(int megabytes, string fullOf = "")
    {
        var app = new AppProcess(new StorageOptions(), new Dictionary<string, string>(), group: null, megabytes, fullOf);
        try
        {
            await app.StartAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <param name="storage">The app's own: processes that share it are instances of one app.</param>
    /// <param name="group">The functions that the process serves, as on Flex Consumption; <see langword="null"/> for all. Standalone always
    /// serves all.</param>
    public static async Task<AppProcess> StartAsync(StorageOptions storage, IReadOnlyDictionary<string, string>? settings = null,
        string? group = null)
    {
        var app = new AppProcess(storage, settings ?? new Dictionary<string, string>(), group);
        try
        {
            await app.StartAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync(); // A process that was not seen to start may still do so.
            throw;
        }
    }

    public async Task StartAsync()
    {
        process = Process.Start(IsFunctions ? FunctionsInfo() : StandaloneInfo())!; // No shell, so there is a process.
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var marker = IsFunctions ? "/api/health" : "serves on";
        process.OutputDataReceived += (_, e) => Hear(e.Data, marker, serving);
        process.ErrorDataReceived += (_, e) => folder.Log(e.Data);
        process.Exited += (_, _) =>
            serving.TrySetException(new InvalidOperationException($"The app ended before it served:\n{folder.LogText}"));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await serving.Task.WaitAsync(StartPatience);
        using var patience = new CancellationTokenSource(StartPatience);
        await Eventually.SeesAsync(() => IsHealthyAsync(patience.Token), isHealthy => isHealthy || process.HasExited, StartPatience);
        Assert.False(process.HasExited, folder.LogText);
    }

    /// <summary>Resident memory of the app with all its processes, in bytes. As Linux counts it.</summary>
    public long MemoryBytes => Sum("VmRSS:");

    /// <summary>The most that it was since <see cref="ForgetPeak"/>.</summary>
    public long PeakMemoryBytes => Sum("VmHWM:");

    public void ForgetPeak()
    {
        foreach (var id in Tree())
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
    }

    private long Sum(string field) =>
        Tree().Sum(id => File.ReadLines($"/proc/{id}/status").Where(l => l.StartsWith(field, StringComparison.Ordinal))
            .Sum(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                System.Globalization.CultureInfo.InvariantCulture) << 10));

    private List<int> Tree()
    {
        var tree = new List<int> { process!.Id };
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(Directory.EnumerateDirectories($"/proc/{tree[i]}/task")
                .SelectMany(t => File.ReadAllText($"{t}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(c => int.Parse(c, System.Globalization.CultureInfo.InvariantCulture)));
        }

        return tree;
    }

    /// <summary>As <c>kill -9</c> does.</summary>
    public void Kill()
    {
        process!.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    public async Task RestartAsync()
    {
        Kill();
        await StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            Kill();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(folder.LogText); // The report shows it where a test failed.
        process?.Dispose();
        Http.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    // The Functions host says that it is ready a moment before it listens, and has answers of its own while its worker starts. Each look
    // is an attempt to connect.
    private async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var health = await Looker.GetAsync(new Uri(Http.BaseAddress!, "health"), cancellationToken); // It has one.
            return health.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Hear(string? line, string marker, TaskCompletionSource serving)
    {
        folder.Log(line);
        if (line?.Contains(marker, StringComparison.Ordinal) is true)
        {
            serving.TrySetResult();
        }
    }

    private ProcessStartInfo StandaloneInfo()
    {
        string[] program = ["dotnet", Path.Combine(AppContext.BaseDirectory, "ComfyFunc.Standalone.dll"), "--urls",
            string.Join(';', (string?[])[$"http://localhost:{port}", OtherAddress?.GetLeftPart(UriPartial.Authority)]).TrimEnd(';')];
        if (diskMegabytes is { } megabytes)
        {
            // A name space of mounts is the process's own, and needs no rights where the system gives users name spaces.
            Directory.CreateDirectory(DataFolder);
            var fill = fullOf.Length == 0 ? "" : $"cp -a --sparse=never {fullOf}/. .data && ! cat /dev/zero > .data/others && ";
            program = ["unshare", "-rm", "sh", "-c", $"mount -t tmpfs -o size={megabytes}m none .data && {fill}exec \"$@\"", "sh",
                .. program];
        }

        return With(new(program[0], program[1..]) { WorkingDirectory = folder.Path });
    }

    private ProcessStartInfo FunctionsInfo()
    {
        var output = Path.Combine(TestFolders.Root, "src", "Functions", "bin", "Debug", "net10.0");
        var info = With(new("func", ["start", "--port", $"{port}", "--no-build"]) { WorkingDirectory = output });
        info.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        info.Environment["AzureWebJobsStorage"] = storage.ConnectionString;
        info.Environment["AzureFunctionsJobHost__extensions__durableTask__hubName"] = Hub;
        // Else apps that share a storage account share the locks of their timers.
        info.Environment["AzureFunctionsWebHost__hostid"] = Hub.ToLowerInvariant();
        if (group is not null)
        {
            info.Environment["FUNCTIONS_TARGET_GROUP"] = group;
        }

        return info;
    }

    private ProcessStartInfo With(ProcessStartInfo info)
    {
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        if (storage.NamesAccount)
        {
            info.Environment["Storage__ConnectionString"] = storage.ConnectionString;
            info.Environment["Storage__Container"] = storage.Container;
            info.Environment["Storage__TablePrefix"] = storage.TablePrefix;
        }

        foreach (var (name, value) in settings)
        {
            info.Environment[name] = value;
        }

        return info;
    }

    private static string KeyOf(string? connectionString) =>
        connectionString?.Split(';')
        .FirstOrDefault(p => p.StartsWith("AccountKey=", StringComparison.Ordinal))?["AccountKey=".Length..] ?? "AccountKey=";
}

/// <summary>Where a process under test works, and what it said.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly System.Text.StringBuilder log = new();

    public string Path { get; } = Directory.CreateTempSubdirectory("comfyfunc-").FullName;

    public string LogText
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    public void Log(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

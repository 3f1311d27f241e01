using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ComfyFunc.Standalone;

namespace ComfyFunc.Bench;

/// <summary>A Standalone in a process of its own, which may be killed and started again at the same address.</summary>
internal sealed class ServedApp(Store store, IReadOnlyDictionary<string, string>? environment = null) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    private readonly string url = FreeUrl();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(1) };
    private Process? process;

    public Uri Url => new(url);

    /// <summary>What it has taken since its start.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process!.Refresh(); // It has been started.
            return process.TotalProcessorTime;
        }
    }

    /// <returns>From the process's start to the first time that it says it is ready.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        var start = Stopwatch.GetTimestamp();
        var info = new ProcessStartInfo("dotnet", [typeof(StandaloneApp).Assembly.Location, "--urls", url, .. store.Settings])
        { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        process = Process.Start(info);
        process!.OutputDataReceived += (_, _) => { }; // No shell, so there is a process. Nobody reads what it says, and it may say much.
        process.BeginOutputReadLine();
        while (!await IsReadyAsync())
        {
            await Task.Delay(LookInterval);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    public async Task KillAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            process = null;
        }
    }

    public void Dispose()
    {
        process?.Kill();
        process?.Dispose();
        http.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url, "api/ready"));
            return answer.StatusCode is HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return process is { HasExited: false } ? false : throw new InvalidOperationException("The app has ended.", e);
        }
    }

    private static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }
}

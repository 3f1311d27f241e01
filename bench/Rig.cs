using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Standalone;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Bench;

/// <summary>
/// What a measurement stands on: the app on the embedded store or an Azurite of its own, and instant simulated hosts in processes of their own.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    /// <summary>The least that a run can be: one picture made and saved. The color makes each call a new one.</summary>
    public const string Prompt = """
        {
          "1": {"class_type":"EmptyImage","inputs":{"width":64,"height":64,"batch_size":1,"color":0},"_meta":{"title":"[canvas]"}},
          "2": {"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"bench"},"_meta":{"title":"[picture]"}}
        }
        """;

    private readonly List<Process> hosts = [];
    private readonly Store? own;
    private readonly LocalStorage? storage;
    private readonly WebApplication? app;
    private int color;

    private Rig(Store? own, LocalStorage? storage, WebApplication? app, Uri url)
    {
        (this.own, this.storage, this.app) = (own, storage, app);
        Http = new() { BaseAddress = new(url, "api/"), Timeout = TimeSpan.FromMinutes(10) };
    }

    public HttpClient Http { get; }

    public List<Uri> Hosts { get; } = [];

    /// <summary>The processor time that the hosts have taken.</summary>
    public TimeSpan HostsTime => hosts.Aggregate(TimeSpan.Zero, (sum, host) => sum + TimeOf(host));

    public IServiceProvider Services => app?.Services ?? throw new InvalidOperationException("The app is in another process.");

    /// <param name="served">An app that serves already; without one, a Standalone app is started here.</param>
    /// <param name="settings">Of an app that is started here, as on its command line.</param>
    public static async Task<Rig> StartAsync(Uri? served, int hosts, int slots, params string[] settings)
    {
        if (served is not null)
        {
            return await new Rig(null, null, null, served).ReadyAsync(hosts, slots);
        }

        var own = await Store.CreateAsync();
        return await OverAsync(own, own, hosts, slots, settings);
    }

    /// <summary>Starts an app over a store that stays when the app has ended.</summary>
    public static Task<Rig> OverAsync(Store store, int hosts, int slots) => OverAsync(store, null, hosts, slots, []);

    public async Task RegisterAsync(string id, Uri url, int slots)
    {
        using var registered = await Http.PutAsJsonAsync($"hosts/{id}", new { url, slots });
        registered.EnsureSuccessStatusCode();
    }

    public async Task SaveAsync(string name, string prompt)
    {
        using var saved = await Http.PutAsync(new Uri($"workflows/{name}", UriKind.Relative),
            new StringContent(prompt, Encoding.UTF8, "application/json"));
        saved.EnsureSuccessStatusCode();
    }

    /// <summary>One call that waits for its result.</summary>
    public async Task<JsonObject> CallAsync(string name = "bench", string? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"workflows/{name}", UriKind.Relative))
        {
            Content = new StringContent(body ?? $$$"""{"canvas":{"color":{{{NextColor()}}}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Prefer", "wait=200");
        using var response = await Http.SendAsync(request);
        var run = await response.Content.ReadFromJsonAsync<JsonObject>();
        return (string?)run!["status"] == "succeeded" ? run : throw new InvalidOperationException($"A call failed: {run.ToJsonString()}");
    }

    /// <summary>Reads an answer to its end.</summary>
    public async Task GetAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>
    /// Takes the hosts out of the pool: they end with this rig, and the store may stay. By force, since a run that is answered may have its
    /// slot still.
    /// </summary>
    public async Task RemoveHostsAsync()
    {
        for (var i = 0; i < hosts.Count; i++)
        {
            using var removed = await Http.DeleteAsync(new Uri($"hosts/bench{i}?force=true", UriKind.Relative));
            removed.EnsureSuccessStatusCode();
        }
    }

    public int NextColor() => Interlocked.Increment(ref color) & 0xFFFFFF;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        storage?.Dispose();
        if (own is not null)
        {
            await own.DisposeAsync();
        }

        foreach (var host in hosts)
        {
            host.Kill();
            host.Dispose();
        }
    }

    private static async Task<Rig> OverAsync(Store store, Store? own, int hosts, int slots, string[] settings)
    {
        string[] args = ["--urls", "http://127.0.0.1:0", .. store.Settings, .. settings];
        var storage = await LocalStorage.OpenAsync(StartSettings.Read(StandaloneApp.ReadSettings(args)), CancellationToken.None);
        var app = StandaloneApp.Build(args, storage, b => b.Logging.SetMinimumLevel(LogLevel.Warning));
        await app.StartAsync();
        return await new Rig(own, storage, app, StandaloneApp.UrlOf(app)).ReadyAsync(hosts, slots);
    }

    private async Task<Rig> ReadyAsync(int count, int slots)
    {
        for (var i = 0; i < count; i++)
        {
            await AddHostAsync($"bench{i}", slots);
        }

        if (count > 0)
        {
            await SaveAsync("bench", Prompt);
        }

        return this;
    }

    private async Task AddHostAsync(string id, int slots)
    {
        // No shell, so there is a process.
        var host = Process.Start(
            new ProcessStartInfo("dotnet",
                [typeof(SimulatedHost).Assembly.Location, "--port", "0", "--instant", "--name", id])
            { RedirectStandardOutput = true })!;
        hosts.Add(host);
        var line = await host.StandardOutput.ReadLineAsync() ?? "";
        var url = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..line.LastIndexOf('/')] + "/");
        Hosts.Add(url);
        await RegisterAsync(id, url, slots);
    }

    private static TimeSpan TimeOf(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}

using System.Diagnostics;
using ComfyFunc.ComfySim;
using ComfyFunc.Standalone;
using ComfyFunc.Tests.Acceptance;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>Standalone in this process with one simulated host, what it exports kept in memory.</summary>
internal sealed class ObservedApp : IAsyncDisposable
{
    private const string Key = "planted-key-of-24-letters-or-so";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("observed-");
    private readonly LockedList<Activity> spans = new();
    private readonly LockedList<LogRecord> logs = new();
    private LocalStorage? storage;
    private SimulatedHost? host;
    private WebApplication? app;
    private HttpClient? http;

    public HttpClient Http => http!; // It has been started.

    public IServiceProvider Services => app!.Services; // It has been started.

    public Uri Url => StandaloneApp.UrlOf(app!); // It has been started.

    public Activity[] Spans => spans.ToArray();

    public LogRecord[] Logs => logs.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ObservedApp> StartAsync(params (string Name, string Value)[] settings)
    {
        var observed = new ObservedApp();
        await observed.BeginAsync(settings);
        return observed;
    }

    /// <summary>Ends it: what is still to be sent is sent.</summary>
    public async Task EndAsync()
    {
        await app!.StopAsync(Cancellation); // It has been started.
        await app.DisposeAsync();
        app = null;
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        if (app is not null)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        if (host is not null)
        {
            await host.DisposeAsync();
        }

        storage?.Dispose();
        folder.Delete(recursive: true);
    }

    private async Task BeginAsync((string Name, string Value)[] settings)
    {
        string[] args = ["--urls", "http://127.0.0.1:0", "--Data", folder.FullName];
        storage = await LocalStorage.OpenAsync(StartSettings.Read(StandaloneApp.ReadSettings(args)), Cancellation);
        host = await SimulatedHost.StartAsync(new() { Name = "gpu0", Speed = 0.1 }, Cancellation);
        app = StandaloneApp.Build(args, storage, b =>
        {
            b.Logging.ClearProviders();
            b.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
            b.Configuration["ComfyFunc:AllowPrivateWebhooks"] = "true";
            b.Configuration["ComfyFunc:Callers:0:Client"] = "shop";
            b.Configuration["ComfyFunc:Callers:0:Key"] = Key;
            b.Configuration["ComfyFunc:Callers:0:Role"] = "Admin";
            b.Services.ConfigureOpenTelemetryTracerProvider(t => t.AddInMemoryExporter(spans));
            b.Services.ConfigureOpenTelemetryLoggerProvider(l => l.AddInMemoryExporter(logs));
        });
        await app.StartAsync(Cancellation);
        http = new() { BaseAddress = new(StandaloneApp.UrlOf(app), "api/"), DefaultRequestHeaders = { { "X-Api-Key", Key } } };
        await http.AddHostAsync("gpu0", host);
        await http.SaveAsync("upload", Prompts.Upload);
    }
}

using System.Net;
using ComfyFunc.Adapters;
using ComfyFunc.Server;
using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Server.Upkeep;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ComfyFunc.Standalone;

/// <summary>The whole product as one web application: Kestrel, the API, and the embedded driver.</summary>
public static class StandaloneApp
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    public static IConfiguration ReadSettings(string[] args) => CreateBuilder(args).Configuration;

    public static WebApplication Build(string[] args, LocalStorage storage, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        configure?.Invoke(builder);
        var settings = StartSettings.Read(builder.Configuration);
        RefuseOpenDoors(builder.Configuration, settings);
        storage.AddTo(builder.Services);
        builder.Services.AddComfyFunc(builder.Configuration);
        builder.Services.AddSingleton(new SettingsSection("", new StandaloneOptions()));
        builder.Services.AddTelemetry(builder.Configuration, RequestSpans.Trace,
            settings.Own.Metrics ? MetricsEndpoint.Export : null);
        builder.Services.AddSingleton<EmbeddedDriver>();
        builder.Services.AddSingleton<IRunDriver>(s => s.GetRequiredService<EmbeddedDriver>());
        builder.Services.AddHostedService(s => s.GetRequiredService<EmbeddedDriver>());
        builder.Services.AddHostedService<Sweeper>();

        var app = builder.Build();
        app.MapComfyFunc();
        if (settings.Own.Metrics)
        {
            app.MapMetrics();
        }

        app.Lifetime.ApplicationStarted.Register(
            () => app.Services.GetRequiredService<PublicAddress>().Listening = LoopbackOf(app).AbsoluteUri.TrimEnd('/'));
        return app;
    }

    /// <summary>Where it listens, once started.</summary>
    public static Uri UrlOf(WebApplication app) =>
        // Kestrel has it once started.
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/') + "/");

    /// <summary>Where this machine itself reaches it.</summary>
    public static Uri LoopbackOf(WebApplication app)
    {
        var url = UrlOf(app);
        return IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(url) { Host = "127.0.0.1" }.Uri : url;
    }

    public static void Announce(WebApplication app) =>
        Console.WriteLine($"ComfyFunc {Product.Version} serves on {UrlOf(app).AbsoluteUri}api  (Ctrl+C stops it)");

    /// <summary>Refuses addresses and certificates that cannot be had, before anything else is begun.</summary>
    public static void RefuseLostAddresses(IConfiguration configuration)
    {
        string[] troubles = [.. ListenAddress.Of(configuration).Select(a => a.Trouble()).OfType<string>(),
            .. CertificateFiles.Trouble(configuration)];
        if (troubles.Length > 0)
        {
            throw new StartRefusedException([.. troubles]);
        }
    }

    private static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        ConsoleLog.AddDefaults(builder.Configuration, builder.Configuration["Logging:Console:FormatterName"]);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls(StandaloneOptions.DefaultUrl);
        }

        // Bodies are limited where they are read, with an answer that says so.
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.StartupTimeout = LongestStart);
        StartLog.Quieten(builder.Logging, "Microsoft.AspNetCore.Server.Kestrel");
        return builder;
    }

    // Without keys whoever reaches the port may run every workflow and see every run.
    internal static void RefuseOpenDoors(IConfiguration configuration, StartSettings settings)
    {
        if (!settings.Own.AllowAnonymous && !settings.ComfyFunc.AsksForKeys
            && ListenAddress.Of(configuration).FirstOrDefault(a => !a.IsLoopback) is { } open)
        {
            throw new StartRefusedException(
                $"{open.Setting}: {open.Binding} can be reached from other machines, and calls need no key. Bind to localhost, give "
                    + $"callers keys (ComfyFunc:Callers), or set AllowAnonymous=true where a network of your own keeps strangers out.");
        }
    }
}

using System.Net;
using ComfyFunc.Runs;
using ComfyFunc.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ComfyFunc.Standalone;

/// <summary>The whole product as one web application: Kestrel, the API, and the embedded driver.</summary>
public static class StandaloneApp
{
    private const string DefaultUrl = "http://localhost:7071";

    public static IConfiguration ReadSettings(string[] args) => CreateBuilder(args).Configuration;

    public static WebApplication Build(string[] args, StorageOptions storage, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        configure?.Invoke(builder);
        RefuseOpenDoors(builder.Configuration);
        builder.Services.AddStorage(storage);
        builder.Services.AddComfyFunc(builder.Configuration.GetSection(ComfyFuncOptions.Section));
        builder.Services.AddSingleton<EmbeddedDriver>();
        builder.Services.AddSingleton<IRunDriver>(s => s.GetRequiredService<EmbeddedDriver>());
        builder.Services.AddHostedService(s => s.GetRequiredService<EmbeddedDriver>());
        builder.Services.AddHostedService<Sweeper>();

        var app = builder.Build();
        app.MapComfyFunc();
        return app;
    }

    /// <summary>Where it listens, once started.</summary>
    public static Uri UrlOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/') + "/"); // Kestrel has it once started.

    public static void Announce(WebApplication app) => Console.WriteLine($"ComfyFunc serves on {UrlOf(app).AbsoluteUri}api  (Ctrl+C stops it)");

    private static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        // Bodies are limited where they are read, with an answer that says so.
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        builder.Logging.AddSimpleConsole(c =>
        {
            c.SingleLine = true;
            c.TimestampFormat = "HH:mm:ss ";
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Warning).AddFilter("System.Net.Http", LogLevel.Warning);
        return builder;
    }

    // Without keys whoever reaches the port may run every workflow and see every run.
    private static void RefuseOpenDoors(ConfigurationManager configuration)
    {
        var urls = (configuration["urls"] ?? DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.FirstOrDefault(u => !IsLoopback(u)) is { } open && !configuration.GetValue<bool>("AllowAnonymous") && !AsksForKeys(configuration))
        {
            throw new StartRefusedException(
                $"{open} can be reached from other machines, and calls need no key. Bind to localhost, give callers keys (ComfyFunc:Callers), or set AllowAnonymous=true where a network of your own keeps strangers out.");
        }
    }

    private static bool AsksForKeys(ConfigurationManager configuration) =>
        (configuration.GetSection(ComfyFuncOptions.Section).Get<ComfyFuncOptions>() ?? new()).AsksForKeys;

    private static bool IsLoopback(string url) =>
        BindingAddress.Parse(url).Host is var host
        && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}

using System.Text.Json;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Functions;
using ComfyFunc.Server;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

// What every request and every step of an orchestration says of itself is nothing to read in operation; what the application says is.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.DurableTask", LogLevel.Warning)
    .AddFilter("System.Net.Http", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning);
StartLog.Quieten(builder.Logging);

((IConfigurationBuilder)builder.Configuration).Sources.Insert(0,
    new MemoryConfigurationSource
    {
        InitialData = PlatformDefaults.Of(builder.Configuration["WEBSITE_HOSTNAME"], builder.Configuration[PlatformDefaults.BodyLimit])
    });
StorageSettings storage;
try
{
    SettingsReader.Demand(builder.Configuration);
    storage = StorageSettings.Read(builder.Configuration);
}
catch (SettingsException e)
{
    return await StartErrors.SayAsync(e.Faults.Select(f => f.ToString()));
}

builder.Services.AddStorage(storage.Options);
builder.Services.AddComfyFunc(builder.Configuration);
builder.Services.AddTelemetry(builder.Configuration)?.UseFunctionsWorkerDefaults();
builder.Services.Configure<JsonSerializerOptions>(StoredJson.AddTo);
// Bodies are limited where they are read, with an answer that says so; the Functions host has a limit of its own.
builder.Services.Configure<KestrelServerOptions>(k => k.Limits.MaxRequestBodySize = null);
builder.Services.AddSingleton<DurableClientSource>();
builder.Services.AddSingleton<DurableHub>();
builder.Services.AddSingleton<IRunDriver, DurableDriver>();
builder.Services.AddHostedService<RunKeepers>();
var host = builder.Build();
host.Services.GetRequiredService<PublicAddress>().Listening = PlatformDefaults.AddressOf(builder.Configuration["WEBSITE_HOSTNAME"]);
var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await host.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (Exception e) when (storage.Describe(e) is { } line)
{
    return await StartErrors.SayAsync(line);
}

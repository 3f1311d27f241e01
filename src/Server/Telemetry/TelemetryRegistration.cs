using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ComfyFunc.Server.Telemetry;

/// <summary>Sends what the application says of itself where settings want it; without any, nobody listens and nothing is made.</summary>
public static class TelemetryRegistration
{
    // ASP.NET Core's own, and the runtime's.
    private static readonly string[] OtherMeters = ["Microsoft.AspNetCore.Hosting", "System.Runtime"];

    /// <param name="traced">What else a host traces.</param>
    /// <param name="measured">Where else a host's metrics go; <see langword="null"/> for nowhere.</param>
    /// <returns><see langword="null"/> where nothing goes anywhere.</returns>
    public static IOpenTelemetryBuilder? AddTelemetry(this IServiceCollection services, IConfiguration configuration,
        Action<TracerProviderBuilder>? traced = null, Action<MeterProviderBuilder>? measured = null)
    {
        services.AddSingleton(new SettingsSection("", new TelemetryOptions()));
        var targets = new TelemetryTargets(TelemetryOptions.Of(configuration));
        if (!targets.SendsTraces && !targets.SendsMetrics && !targets.SendsLogs && measured is null)
        {
            return null;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(r => Name(r, configuration));
        if (targets.SendsTraces)
        {
            telemetry.WithTracing(t => Trace(t, targets, traced));
        }

        if (targets.SendsMetrics || measured is not null)
        {
            telemetry.WithMetrics(m => Measure(m, targets, measured));
        }

        if (targets.SendsLogs)
        {
            telemetry.WithLogging(l => Log(l, targets), o => (o.IncludeScopes, o.IncludeFormattedMessage) = (true, true));
        }

        return telemetry;
    }

    // What OpenTelemetry's variables name is named so.
    private static void Name(ResourceBuilder resource, IConfiguration configuration)
    {
        var named = configuration["OTEL_RESOURCE_ATTRIBUTES"]?.Contains("service.name=", StringComparison.Ordinal) is true
            ? null : configuration["WEBSITE_SITE_NAME"] ?? Product.Name.ToLowerInvariant();
        if ((configuration["OTEL_SERVICE_NAME"] ?? named) is { } name)
        {
            resource.AddService(name, serviceVersion: Product.Version);
        }
    }

    private static void Trace(TracerProviderBuilder traces, TelemetryTargets targets, Action<TracerProviderBuilder>? traced)
    {
        traces.AddSource(Product.Name);
        traced?.Invoke(traces);
        if (targets.HasCollector || targets.Traces is not null)
        {
            traces.AddOtlpExporter(o => Lead(o, targets.Traces));
        }

        if (targets.HasAzureMonitor)
        {
            traces.AddAzureMonitorTraceExporter(o => Lead(o, targets), CredentialOf(targets));
            if (targets.Sampler is { } sampler)
            {
                traces.SetSampler(sampler); // By itself it would keep a few traces a second, whatever the variables say.
            }
        }
    }

    private static void Measure(MeterProviderBuilder metrics, TelemetryTargets targets, Action<MeterProviderBuilder>? measured)
    {
        metrics.AddMeter([Product.Name, .. OtherMeters]);
        measured?.Invoke(metrics);
        if (targets.HasCollector || targets.Metrics is not null)
        {
            metrics.AddOtlpExporter(o => Lead(o, targets.Metrics));
        }

        if (targets.HasAzureMonitor)
        {
            metrics.AddAzureMonitorMetricExporter(o => Lead(o, targets), CredentialOf(targets));
        }
    }

    private static void Log(LoggerProviderBuilder logs, TelemetryTargets targets)
    {
        if (targets.HasCollector || targets.Logs is not null)
        {
            logs.AddOtlpExporter(o => Lead(o, targets.Logs));
        }

        if (targets.HasAzureMonitor)
        {
            logs.AddAzureMonitorLogExporter(o => Lead(o, targets), CredentialOf(targets));
        }
    }

    // The exporter itself reads the variables that are for all signals.
    private static void Lead(OtlpExporterOptions options, Uri? own)
    {
        if (own is not null)
        {
            options.Endpoint = own;
        }
    }

    private static void Lead(AzureMonitorExporterOptions options, TelemetryTargets targets) =>
        options.ConnectionString = targets.AzureMonitor;

    private static ManagedIdentityCredential? CredentialOf(TelemetryTargets targets) => !targets.UsesIdentity ? null
        : new ManagedIdentityCredential(targets.ClientId is { } client ? ManagedIdentityId.FromUserAssignedClientId(client)
            : ManagedIdentityId.SystemAssigned);
}

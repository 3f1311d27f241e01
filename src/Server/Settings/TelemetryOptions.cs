using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Server.Settings;

/// <summary>Where telemetry goes, under the names that OpenTelemetry and Azure Monitor gave these settings. They have no section.</summary>
public sealed class TelemetryOptions
{
    /// <summary>A collector that takes all signals over OTLP.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public string? Otlp { get; init; }

    /// <summary>One that takes traces, with the whole path.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")]
    public string? OtlpTraces { get; init; }

    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")]
    public string? OtlpMetrics { get; init; }

    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT")]
    public string? OtlpLogs { get; init; }

    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_PROTOCOL")]
    public string? OtlpProtocol { get; init; }

    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_HEADERS")]
    [PasswordPropertyText(true)]
    public string? OtlpHeaders { get; init; }

    [ConfigurationKeyName("OTEL_SERVICE_NAME")]
    public string? ServiceName { get; init; }

    [ConfigurationKeyName("OTEL_RESOURCE_ATTRIBUTES")]
    public string? ResourceAttributes { get; init; }

    [ConfigurationKeyName("OTEL_TRACES_SAMPLER")]
    public string? Sampler { get; init; }

    [ConfigurationKeyName("OTEL_TRACES_SAMPLER_ARG")]
    public string? SamplerArgument { get; init; }

    [ConfigurationKeyName("OTEL_METRIC_EXPORT_INTERVAL")]
    public string? MetricInterval { get; init; }

    /// <summary>Sends nothing, whatever else is set.</summary>
    [ConfigurationKeyName("OTEL_SDK_DISABLED")]
    public string? Disabled { get; init; }

    /// <summary>An Application Insights resource.</summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_CONNECTION_STRING")]
    [PasswordPropertyText(true)]
    public string? AzureMonitor { get; init; }

    /// <summary><c>Authorization=AAD</c>, with <c>;ClientId=…</c> for a user-assigned identity.</summary>
    [ConfigurationKeyName("APPLICATIONINSIGHTS_AUTHENTICATION_STRING")]
    [PasswordPropertyText(true)]
    public string? AzureMonitorIdentity { get; init; }

    public static TelemetryOptions Of(IConfiguration configuration) => configuration.Get<TelemetryOptions>() ?? new();
}

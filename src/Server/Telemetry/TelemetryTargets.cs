using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Server.Settings;
using OpenTelemetry.Trace;

namespace ComfyFunc.Server.Telemetry;

/// <summary>What is sent where, or all that keeps it from being sent.</summary>
public sealed class TelemetryTargets(TelemetryOptions options)
{
    private const string Aad = "AAD";

    public Uri? Traces => EndpointOf(options.OtlpTraces);

    public Uri? Metrics => EndpointOf(options.OtlpMetrics);

    public Uri? Logs => EndpointOf(options.OtlpLogs);

    /// <summary>Whether all signals go to one collector, of which there may be another for some.</summary>
    public bool HasCollector => IsOn && options.Otlp is { Length: > 0 };

    /// <summary>
    /// What OpenTelemetry makes of its variables by itself, for where an exporter would put a sampler of its own in its place;
    /// <see langword="null"/> where they choose one of Azure Monitor's, which reads them too.
    /// </summary>
    /// <remarks>Names and defaults: OpenTelemetry's specification of environment variables.</remarks>
    public Sampler? Sampler => options.Sampler?.ToLowerInvariant() switch
    {
        "always_on" => new AlwaysOnSampler(),
        "always_off" => new AlwaysOffSampler(),
        "traceidratio" => new TraceIdRatioBasedSampler(Ratio),
        "parentbased_always_off" => new ParentBasedSampler(new AlwaysOffSampler()),
        "parentbased_traceidratio" => new ParentBasedSampler(new TraceIdRatioBasedSampler(Ratio)),
        { } name when name.StartsWith("microsoft.", StringComparison.Ordinal) => null,
        _ => new ParentBasedSampler(new AlwaysOnSampler()),
    };

    /// <summary>The connection string of an Application Insights resource.</summary>
    public string? AzureMonitor => options.AzureMonitor;

    public bool HasAzureMonitor => IsOn && options.AzureMonitor is { Length: > 0 };

    public bool SendsTraces => HasCollector || HasAzureMonitor || Traces is not null;

    public bool SendsMetrics => HasCollector || HasAzureMonitor || Metrics is not null;

    public bool SendsLogs => HasCollector || HasAzureMonitor || Logs is not null;

    /// <summary>Whether Azure Monitor knows this process by an identity.</summary>
    public bool UsesIdentity => Parts.GetValueOrDefault("Authorization") == Aad;

    /// <summary>Of a user-assigned identity.</summary>
    public string? ClientId => Parts.GetValueOrDefault("ClientId");

    private double Ratio =>
        double.TryParse(options.SamplerArgument, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1
            ? ratio : 1;

    private bool IsOn => !string.Equals(options.Disabled, "true", StringComparison.OrdinalIgnoreCase);

    private ImmutableDictionary<string, string> Parts => (options.AzureMonitorIdentity ?? "").Split(';', StringSplitOptions.TrimEntries)
        .Select(p => p.Split('=', 2)).Where(p => p.Length == 2)
        .ToImmutableDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with which setting, by its name.</summary>
    public static IEnumerable<(string Setting, string Fault)> FaultsOf(TelemetryOptions options)
    {
        (string, string?)[] endpoints =
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", options.Otlp), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", options.OtlpTraces),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", options.OtlpMetrics), ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", options.OtlpLogs),
        ];
        foreach (var (name, value) in endpoints.Where(e => e.Item2 is { Length: > 0 } url && !IsUrl(url)))
        {
            yield return (name, $"is '{value}', but must be a URL such as http://localhost:4317.");
        }

        if (options.OtlpProtocol is not (null or "" or "grpc" or "http/protobuf"))
        {
            yield return ("OTEL_EXPORTER_OTLP_PROTOCOL", $"is '{options.OtlpProtocol}', but must be grpc or http/protobuf.");
        }

        if (options.AzureMonitor is { Length: > 0 } connection
            && !connection.Contains("InstrumentationKey=", StringComparison.OrdinalIgnoreCase))
        {
            yield return ("APPLICATIONINSIGHTS_CONNECTION_STRING", "has no InstrumentationKey=…; copy it from the resource's overview.");
        }

        if (options.AzureMonitorIdentity is { Length: > 0 } && !new TelemetryTargets(options).UsesIdentity)
        {
            yield return ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "must be Authorization=AAD, or Authorization=AAD;ClientId=….");
        }
    }

    private Uri? EndpointOf(string? own) => IsOn && own is { Length: > 0 } ? new(own) : null;

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
}

using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Startup;
using ComfyFunc.Server.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>What is set of where telemetry goes, under names that others gave.</summary>
public sealed class TelemetrySettingsTests
{
    private const string Connection = "InstrumentationKey=planted;IngestionEndpoint=https://x.example/";

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4317",
        "OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost:4317', but must be a URL such as http://localhost:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is '/v1/traces', but must be a URL such as http://localhost:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=ftp://a",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is 'ftp://a', but must be a URL such as http://localhost:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=a",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is 'a', but must be a URL such as http://localhost:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json', but must be grpc or http/protobuf.")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING=planted",
        "APPLICATIONINSIGHTS_CONNECTION_STRING has no InstrumentationKey=…; copy it from the resource's overview.")]
    [InlineData("APPLICATIONINSIGHTS_AUTHENTICATION_STRING=planted",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING must be Authorization=AAD, or Authorization=AAD;ClientId=….")]
    public void What_cannot_be_is_named_at_the_start(string setting, string fault)
    {
        var e = Assert.Throws<SettingsException>(() => SettingsReader.Demand(Set(setting)));
        Assert.Contains(fault, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a:4317", "traces metrics logs")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://a:4318/v1/traces", "traces")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://a:4318/v1/metrics", "metrics")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://a:4318/v1/logs", "logs")]
    [InlineData($"APPLICATIONINSIGHTS_CONNECTION_STRING={Connection}", "traces metrics logs")]
    [InlineData($"APPLICATIONINSIGHTS_CONNECTION_STRING={Connection}|OTEL_SDK_DISABLED=true", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=https://a:4317|OTEL_SDK_DISABLED=True", "")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=https://a:4318/v1/logs|OTEL_SDK_DISABLED=true", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=|OTEL_EXPORTER_OTLP_PROTOCOL=|APPLICATIONINSIGHTS_CONNECTION_STRING=", "")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING=instrumentationkey=planted", "traces metrics logs")]
    public void Only_what_is_wanted_is_sent(string settings, string signals)
    {
        var targets = new TelemetryTargets(TelemetryOptions.Of(Set(settings)));
        (bool IsSent, string Signal)[] sent =
            [(targets.SendsTraces, "traces"), (targets.SendsMetrics, "metrics"), (targets.SendsLogs, "logs")];

        SettingsReader.Demand(Set(settings));
        Assert.Equal(signals, string.Join(' ', sent.Where(s => s.IsSent).Select(s => s.Signal)));
        Assert.Equal(signals.Length > 0, new ServiceCollection().AddTelemetry(Set(settings)) is not null);
    }

    [Theory]
    [InlineData("", false, null)]
    [InlineData("Authorization=AAD", true, null)]
    [InlineData("Authorization=AAD;ClientId=one", true, "one")]
    [InlineData("clientid=one; authorization=AAD", true, "one")]
    public void Azure_Monitor_may_know_the_process_by_its_identity(string text, bool usesIdentity, string? client)
    {
        var targets = new TelemetryTargets(new() { AzureMonitorIdentity = text });
        Assert.Equal((usesIdentity, client), (targets.UsesIdentity, targets.ClientId));
    }

    [Fact]
    public void What_is_in_force_is_shown_by_name_and_no_secret_is()
    {
        var configuration = Set($"APPLICATIONINSIGHTS_CONNECTION_STRING={Connection}|OTEL_EXPORTER_OTLP_HEADERS=key=planted|"
            + "OTEL_EXPORTER_OTLP_ENDPOINT=http://user:planted@a:4317");
        var all = new SettingsInForce(configuration, [new("", new TelemetryOptions())]).All().ToDictionary(s => s.Name);

        Assert.Equal((true, null, true), Shown(all["APPLICATIONINSIGHTS_CONNECTION_STRING"]));
        Assert.Equal((true, null, true), Shown(all["OTEL_EXPORTER_OTLP_HEADERS"]));
        Assert.Equal((false, "http://a:4317/", true), Shown(all["OTEL_EXPORTER_OTLP_ENDPOINT"]));
        Assert.Equal((false, null, false), Shown(all["OTEL_SERVICE_NAME"]));
    }

    private static (bool IsSecret, string? Value, bool IsSet) Shown(SettingInForce setting) =>
        (setting.IsSecret, setting.Value, setting.IsSet);

    private static IConfiguration Set(string settings) => new ConfigurationBuilder().AddInMemoryCollection(
        settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2))
            .Select(s => KeyValuePair.Create(s[0], (string?)s[1]))).Build();
}

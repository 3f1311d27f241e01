using System.Diagnostics;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Acceptance;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>Where telemetry goes, under which name, and what of it, as settings want it.</summary>
[Collection(nameof(TelemetryCollection))]
public sealed class TelemetryRegistrationTests
{
    private const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING=InstrumentationKey=00000000-0000-0000-0000-000000000000";

    [Fact]
    public async Task Each_signal_may_have_a_collector_of_its_own()
    {
        await using var collector = await WebhookReceiver.StartAsync();
        var own = $"{new Uri(collector.Url).GetLeftPart(UriPartial.Authority)}/own";
        await using var services = Services($"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={own}/traces|"
            + $"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT={own}/metrics|OTEL_EXPORTER_OTLP_LOGS_ENDPOINT={own}/logs|"
            + "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf|WEBSITE_SITE_NAME=shop");
        var (traces, metrics, logs) = (services.GetRequiredService<TracerProvider>(), services.GetRequiredService<MeterProvider>(),
            services.GetRequiredService<LoggerProvider>());
        services.GetRequiredService<Traces>().Begin("a span", ActivityKind.Internal)!.Dispose(); // It is listened to.
        services.GetRequiredService<Instruments>().Counter<long>(ComfyFunc.Server.Telemetry.Metric.Runs).Add(1);
        var logger = services.GetRequiredService<ILogger<TelemetryRegistrationTests>>();
        using (logger.BeginScope(new Dictionary<string, object> { ["ring"] = "a scope" }))
        {
            Said(logger, "word", null);
        }

        Assert.True(traces.ForceFlush() && metrics.ForceFlush() && logs.ForceFlush());
        var sent = new Dictionary<string, string>();
        while (sent.Count < 3)
        {
            var one = await collector.NextAsync();
            sent[one.Path] = one.Body;
        }

        Assert.Equal(["/own/logs", "/own/metrics", "/own/traces"], sent.Keys.Order(StringComparer.Ordinal));
        Assert.All(sent.Values, body => AssertHas(body, "service.name", "shop", "service.version", Product.Version));
        AssertHas(sent["/own/traces"], "a span");
        AssertHas(sent["/own/metrics"], "comfyfunc.runs", "System.Runtime");
        AssertHas(sent["/own/logs"], "Said word.", "a scope");
    }

    [Theory]
    [InlineData("", "comfyfunc")]
    [InlineData("WEBSITE_SITE_NAME=shop", "shop")]
    [InlineData("WEBSITE_SITE_NAME=shop|OTEL_SERVICE_NAME=mine", "mine")]
    [InlineData("WEBSITE_SITE_NAME=shop|OTEL_RESOURCE_ATTRIBUTES=service.name=yours", "yours")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=deployment.environment=test", "comfyfunc")]
    public async Task A_process_has_the_name_that_settings_or_the_platform_give_it(string settings, string name)
    {
        await using var services = Services($"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://127.0.0.1:1|{settings}");
        var resource = services.GetRequiredService<TracerProvider>().GetResource();

        Assert.Equal(name, resource.Attributes.Single(a => a.Key == "service.name").Value);
    }

    [Theory]
    [InlineData("", "01", true)]
    [InlineData("", "00", false)]
    [InlineData("OTEL_TRACES_SAMPLER=microsoft.fixed_percentage|OTEL_TRACES_SAMPLER_ARG=0", "01", false)]
    [InlineData("OTEL_TRACES_SAMPLER=always_on", "00", true)]
    [InlineData("OTEL_TRACES_SAMPLER=always_off", "01", false)]
    [InlineData("OTEL_TRACES_SAMPLER=TraceIdRatio|OTEL_TRACES_SAMPLER_ARG=0", "01", false)]
    [InlineData("OTEL_TRACES_SAMPLER=traceidratio|OTEL_TRACES_SAMPLER_ARG=1.0", "00", true)]
    [InlineData("OTEL_TRACES_SAMPLER=traceidratio|OTEL_TRACES_SAMPLER_ARG=7", "00", true)]
    [InlineData("OTEL_TRACES_SAMPLER=parentbased_always_off", "01", true)]
    [InlineData("OTEL_TRACES_SAMPLER=parentbased_traceidratio|OTEL_TRACES_SAMPLER_ARG=0", "01", true)]
    [InlineData("OTEL_TRACES_SAMPLER=parentbased_traceidratio", "00", false)]
    [InlineData("OTEL_TRACES_SAMPLER=of another kind", "00", false)]
    public async Task To_Azure_Monitor_goes_what_its_caller_has_sampled_unless_settings_say_otherwise(string settings, string flags,
        bool isSampled)
    {
        await using var services = Services($"{AzureMonitor}|{settings}");
        _ = services.GetRequiredService<TracerProvider>();
        for (var i = 0; i < 50; i++)
        {
            var span = services.GetRequiredService<Traces>().Continue("place", ActivityKind.Internal,
                $"00-{ActivityTraceId.CreateRandom()}-2222222222222222-{flags}");

            Assert.Equal(isSampled, span is { Recorded: true });
            Activity.Current = null; // It does not end: nothing is to be sent.
        }
    }

    private static readonly Action<ILogger, string, Exception?> Said =
        LoggerMessage.Define<string>(LogLevel.Information, default, "Said {What}.");

    private static void AssertHas(string body, params string[] texts) =>
        Assert.All(texts, t => Assert.Contains(t, body, StringComparison.Ordinal));

    private static ServiceProvider Services(string settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2))
                .Select(s => KeyValuePair.Create(s[0], (string?)s[1]))).Build();
        var services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton<IConfiguration>(configuration)
            .AddSingleton<Traces>().AddSingleton<Instruments>();
        services.AddTelemetry(configuration);
        return services.BuildServiceProvider();
    }
}

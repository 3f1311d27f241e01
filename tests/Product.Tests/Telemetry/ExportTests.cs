using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>What Standalone exports, in whole and in truth.</summary>
[Collection(nameof(TelemetryCollection))]
public sealed partial class ExportTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

    private const string CallerSpan = "b7ad6b7169203331";

    private static readonly string[] OfARun =
    [
        "POST /api/workflows/{name}", "create run", "place", "POST /upload/image", "POST /prompt", "copy", "GET /history/{id}", "GET /view",
        "run upload", "queue", "attempt", "host queue", "execute", "deliver run.succeeded",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_is_one_trace_from_its_caller_to_its_webhook_and_says_nothing_secret()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await ObservedApp.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));
        var run = await CallAsync(app, receiver);
        var spans = await Eventually.SeesAsync(() => Task.FromResult(Of(app)), s => s.Any(a => a.DisplayName == "deliver run.succeeded")
            && s.Any(a => a.DisplayName == "POST /api/workflows/{name}"));

        Assert.Equal("succeeded", Caller.Status(run));
        Spans.AssertOneTrace(spans, ActivitySpanId.CreateFromString(CallerSpan));
        Assert.Empty(OfARun.Except(spans.Select(s => s.DisplayName)));
        Assert.Equal(CallerSpan, spans.Named("POST /api/workflows/{name}").ParentSpanId.ToHexString());
        Assert.Equal("shop", spans.Named("run upload").Text("comfyfunc.client"));
        Assert.DoesNotContain(app.Spans.SelectMany(s => s.Said()), t => t.Contains("planted", StringComparison.OrdinalIgnoreCase));
        var line = Assert.Single(app.Logs, l => l.EventId.Id == 3003);
        Assert.Equal((Trace, spans.Named("run upload").SpanId), (line.TraceId.ToHexString(), line.SpanId));
    }

    [Fact]
    public async Task A_batch_is_linked_to_by_each_of_its_runs()
    {
        await using var app = await ObservedApp.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"));
        await app.Http.SaveAsync("slow", Prompts.Slow);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("workflows/slow/batches", UriKind.Relative))
        {
            Content = Caller.Body("""{"matrix":{"canvas":{"color":[1,2]}},"input":{"sleep":{"seconds":0}}}"""),
            Headers = { { "traceparent", $"00-{Trace}-{CallerSpan}-01" } },
        };
        using var accepted = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var runs = await Eventually.SeesAsync(() => Task.FromResult(app.Spans.Where(s => s.DisplayName == "run slow").ToArray()),
            r => r.Length == 2);
        var made = app.Spans.Where(s => s.DisplayName == "create run" && s.Text("comfyfunc.workflow") == "slow").ToArray();
        var batch = app.Spans.Named("POST /api/workflows/{name}/batches");

        Assert.Equal(2, runs.Select(r => r.TraceId).Append(batch.TraceId).Distinct().Count() - 1);
        Assert.Equal(Enumerable.Repeat((batch.TraceId, batch.SpanId), 2),
            made.SelectMany(m => m.Links).Select(l => (l.Context.TraceId, l.Context.SpanId)));
        Assert.Equal(runs.Select(r => r.ParentSpanId).Order(ById), made.Select(m => m.SpanId).Order(ById));
    }

    [Fact]
    public async Task Traces_metrics_and_logs_arrive_at_a_collector()
    {
        await using var collector = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await ObservedApp.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", new Uri(collector.Url).GetLeftPart(UriPartial.Authority)),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        await CallAsync(app, receiver);
        await app.EndAsync();
        var paths = new HashSet<string>();
        while (paths.Count < 3)
        {
            paths.Add((await collector.NextAsync()).Path);
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], paths.Order());
    }

    [Fact]
    public async Task Without_settings_nobody_listens()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await ObservedApp.StartAsync();
        var run = await CallAsync(app, receiver);
        using var scrape = await app.Http.GetAsync(new Uri(app.Url, "metrics"), Cancellation);

        Assert.Equal("succeeded", Caller.Status(run));
        Assert.Null(app.Services.GetService<TracerProvider>());
        Assert.Null(app.Services.GetService<MeterProvider>());
        Assert.False(app.Services.GetRequiredService<Traces>().Source.HasListeners());
        Assert.False(app.Services.GetRequiredService<Instruments>().Counter<long>(ComfyFunc.Server.Telemetry.Metric.Runs).Enabled);
        Assert.Equal((0, 0, HttpStatusCode.NotFound), (app.Spans.Length, app.Logs.Length, scrape.StatusCode));
    }

    [Fact]
    public async Task Prometheus_gets_every_metric_that_the_dashboard_shows()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var app = await ObservedApp.StartAsync(("Metrics", "true"));
        await CallAsync(app, receiver);
        await receiver.NextAsync();
        await app.Http.SaveAsync("picture", Prompts.Picture);
        await app.Http.RunAsync("picture");
        await app.Http.SaveAsync("failing", Prompts.Failing);
        await app.Http.RunAsync("failing");
        var scraped = await Eventually.SeesAsync(() => app.Http.GetStringAsync(new Uri(app.Url, "metrics"), Cancellation),
            s => s.Contains("comfyfunc_webhook_deliveries_total{", StringComparison.Ordinal)
                && s.Contains("outcome=\"failed\"", StringComparison.Ordinal));
        var known = Sample().Matches(scraped).Concat(Label().Matches(scraped)).Select(m => m.Groups[1].Value);
        var dashboard = await File.ReadAllTextAsync(Path.Combine(TestFolders.Root, "deploy", "grafana", "comfyfunc.json"), Cancellation);
        var shown = Shown().Matches(dashboard).Select(m => m.Value).Distinct().ToArray();

        Assert.NotEmpty(JsonNode.Parse(dashboard)!["panels"]!.AsArray());
        // Nothing was quarantined here.
        Assert.Equal(["comfyfunc_quarantines_total"], shown.Except(known));
        Assert.Empty(app.Spans);
        Assert.Contains("comfyfunc_runs_total{otel_scope_name=\"ComfyFunc\"", scraped, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", scraped, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Metrics_are_for_administrators()
    {
        await using var app = await ObservedApp.StartAsync(("Metrics", "true"), ("ComfyFunc:Callers:1:Client", "other"),
            ("ComfyFunc:Callers:1:Key", "another-key-of-24-letters-or-so"), ("ComfyFunc:Callers:1:Role", "Author"));
        using var http = new HttpClient();
        using var without = await http.GetAsync(new Uri(app.Url, "metrics"), Cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "another-key-of-24-letters-or-so");
        using var other = await http.GetAsync(new Uri(app.Url, "metrics"), Cancellation);
        using var admin = await app.Http.GetAsync(new Uri(app.Url, "metrics"), Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.OK),
            (without.StatusCode, other.StatusCode, admin.StatusCode));
        Assert.Equal("application/problem+json", without.Content.Headers.ContentType?.MediaType);
    }

    private static Comparer<ActivitySpanId> ById =>
        Comparer<ActivitySpanId>.Create((a, b) => string.CompareOrdinal(a.ToHexString(), b.ToHexString()));

    private static Activity[] Of(ObservedApp app) => [.. app.Spans.Where(s => s.TraceId.ToHexString() == Trace)];

    private static async Task<JsonObject> CallAsync(ObservedApp app, WebhookReceiver receiver)
    {
        var query = $"webhook={Uri.EscapeDataString(receiver.Url + "?planted=secret")}"
            + $"&metadata={Uri.EscapeDataString("""{"a":"planted"}""")}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"workflows/upload?{query}", UriKind.Relative))
        {
            Content = Caller.Body($$$$"""{"input":{"image":{"type":"file","content":"{{{{Pixel}}}}","name":"planted.png"}}}"""),
            Headers = { { "traceparent", $"00-{Trace}-{CallerSpan}-01" }, { "Prefer", "wait=60" } },
        };
        using var answer = await app.Http.SendAsync(request, Cancellation);
        return await answer.JsonAsync();
    }

    [GeneratedRegex("^([a-z_]+)[{ ]", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("[{,]([a-z_]+)=")]
    private static partial Regex Label();

    [GeneratedRegex("comfyfunc_[a-z_]+")]
    private static partial Regex Shown();
}

using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>The trace of a run that one process began and the next one ended, as a collector gets it.</summary>
[Collection(nameof(AppCollection))]
public sealed class KilledProcessTests(AzuriteFixture azurite)
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319d";
    private const string CallerSpan = "b7ad6b7169203332";

    private static readonly string[] OfTheRun = ["create run", "place", "POST /prompt", "copy", "run slow", "queue", "attempt", "execute"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_whose_process_was_killed_is_one_trace_without_a_gap()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var host = await SimulatedHost.StartAsync(new(), Cancellation);
        await using var app = await AppProcess.StartAsync(azurite, new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
        });
        await app.Http.AddHostAsync("gpu0", host);
        await app.Http.SaveAsync("slow", Prompts.Slow);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("workflows/slow", UriKind.Relative))
        {
            Content = Caller.Body("""{"sleep":{"seconds":3}}"""),
            Headers = { { "traceparent", $"00-{Trace}-{CallerSpan}-01" }, { "Prefer", "respond-async" } },
        };
        using var accepted = await app.Http.SendAsync(request, Cancellation);
        var id = (string)(await accepted.JsonAsync())["id"]!;
        await SeesAsync(collector, "place", "create run");
        await Eventually.SeesAsync(() => Task.FromResult(collector.Of(Trace)), spans => spans.Any(s => s.Parent == CallerSpan));
        await app.RestartAsync();
        await app.Http.EndAsync(id, AppProcess.Recovery);
        var spans = await SeesAsync(collector, "run slow");

        Assert.Empty(OfTheRun.Except(spans.Select(s => s.Name)));
        Assert.DoesNotContain(spans, s => s.Parent != CallerSpan && spans.All(p => p.Id != s.Parent));
    }

    private static Task<SentSpan[]> SeesAsync(OtlpCollector collector, params string[] names) => Eventually.SeesAsync(
        () => Task.FromResult(collector.Of(Trace)), spans => names.All(n => spans.Any(s => s.Name == n)));
}

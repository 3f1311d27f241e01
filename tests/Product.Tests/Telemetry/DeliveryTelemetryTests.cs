using System.Diagnostics;
using System.Diagnostics.Metrics;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Server.Webhooks;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Server;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>What is counted and traced of a try to deliver a webhook.</summary>
public sealed class DeliveryTelemetryTests
{
    private const string Cause = "00-11111111111111111111111111111111-2222222222222222-01";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(204, "delivered", "204", null)]
    [InlineData(500, "failed", "500", "500")]
    [InlineData(410, "abandoned", "410", "410")]
    [InlineData(null, "failed", null, "no_answer")]
    public async Task A_try_is_counted_and_traced_by_its_result_and_says_nothing_of_its_address(int? answer, string result, string? status,
        string? error)
    {
        await using var receiver = await WebhookReceiver.StartAsync(answer ?? 204);
        var clock = new FakeTimeProvider(new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        // What may not be asked does not answer.
        await using var rig = await new ServerRig(new ComfyFuncOptions { AllowPrivateWebhooks = answer is not null }, clock: clock)
            .StartedAsync();
        using var metrics = new HeardMetrics(rig.Get<IMeterFactory>());
        using var spans = new HeardSpans(rig.Get<Traces>());
        var url = new Uri($"{receiver.Url}?planted=secret");
        var run = await rig.Get<RunStore>().InsertAsync(SomeRun.In(new RunState.Ended(new RunOutcome.Succeeded()), clock) with
        {
            Webhook = new(url, []),
            TraceParent = Cause,
        }, Cancellation);
        await rig.Get<Outbox>().HappeningAsync(run, RunMoment.Ended, Cancellation);
        rig.Get<Outbox>().Happened(run);
        await rig.Get<WebhookSender>().SendDueAsync(Cancellation);

        Assert.Equal([$"webhook.deliveries webhook.event=run.succeeded delivery.result={result} 1"], metrics.Sums);
        var span = spans.All.Named("deliver run.succeeded");
        Assert.Equal((ActivityKind.Client, run.Id.Value, "run.succeeded", result), (span.Kind, span.Text("comfyfunc.run.id"),
            span.Text("comfyfunc.webhook.event"), span.Text("comfyfunc.delivery.result")));
        Assert.Equal((url.Host, $"{url.Port}", "POST", status), (span.Text("server.address"), span.Text("server.port"),
            span.Text("http.request.method"), span.Text("http.response.status_code")));
        Assert.Equal((error, error is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error), (span.Text("error.type"), span.Status));
        Assert.DoesNotContain(span.Said(), t => t.Contains("planted", StringComparison.Ordinal));
    }
}

using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Telemetry;
using Microsoft.Extensions.Logging;
using Attribute = ComfyFunc.Server.Telemetry.Attribute;

namespace ComfyFunc.Server.Webhooks;

/// <summary>
/// Sends what is in the outbox, and again by <see cref="WebhookSchedule"/> until the receiver has it. Every process has one.
/// </summary>
public sealed partial class WebhookSender(
    Outbox outbox, WebhookStore webhooks, RunStore runs, GuardedPost post, EventGridPublisher grid, OutboxBell bell, Traces traces,
    Instruments instruments, TimeProvider clock, ILogger<WebhookSender> logger)
    : RecurringService(clock, logger)
{
    // What another process left, or what is to be sent again.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    // While there is nothing to be sent: only a process that died leaves some without this bell ringing.
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    // Longer than an attempt takes. If this process dies meanwhile, another sends it after that.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    // A run whose row was not written although its event was is in other hands; how long those may take to write it.
    private static readonly TimeSpan LongestDoubt = TimeSpan.FromHours(1);

    private const int AtOnce = 16;
    private const int Gone = 410;

    private readonly Counter<long> deliveries = instruments.Counter<long>(Metric.Deliveries);

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await bell.WaitAsync(outbox.IsEmpty ? IdleInterval : LookInterval, Clock, stoppingToken);
        await SendDueAsync(stoppingToken);
    }

    public async Task SendDueAsync(CancellationToken cancellationToken)
    {
        var taken = await outbox.TakeAsync(bell.Drain(), Hold, cancellationToken);
        await Parallel.ForEachAsync(taken, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (open, ct) => await SendAsync(open, ct));
    }

    private async Task SendAsync(OpenDelivery open, CancellationToken cancellationToken)
    {
        var delivery = open.Delivery;
        var now = Clock.GetUtcNow();
        if (await runs.FindAsync(delivery.Run, cancellationToken) is not { } run || !Happened(run, delivery.Event))
        {
            await DoubtAsync(open, now, cancellationToken);
            return;
        }

        if (delivery.Webhook == EventGridPublisher.Receiver)
        {
            using var published = Begin(run, delivery);
            await SettleAsync(open, await grid.PublishAsync(delivery, run, cancellationToken), published, now, cancellationToken);
            return;
        }

        var webhook = delivery.Url is not null ? await webhooks.DefaultAsync(run.Client, cancellationToken)
            : await webhooks.FindAsync(delivery.Webhook, cancellationToken);
        if (webhook is not { DisabledAt: null } || (delivery.Url ?? webhook.Url) is not { } url)
        {
            await outbox.PutBackAsync(open, delivery with { State = DeliveryState.Abandoned }, cancellationToken);
            return;
        }

        using var span = Begin(run, delivery)?.SetTag(Attribute.ServerAddress, url.Host).SetTag(Attribute.ServerPort, url.Port)
            .SetTag(Attribute.Method, "POST");
        var reply = await post.PostAsync(url, Encoding.UTF8.GetBytes(delivery.Body), HeadersOf(delivery, webhook, now), cancellationToken);
        await SettleAsync(open, reply, span, now, cancellationToken);
    }

    private Activity? Begin(RunRecord run, Delivery delivery) =>
        traces.Continue($"deliver {delivery.Event}", ActivityKind.Client, run.TraceParent)?.SetTag(Attribute.Run, run.Id.Value);

    private async Task SettleAsync(OpenDelivery open, PostReply reply, Activity? span, DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        var status = (reply as PostReply.Answered)?.Status;
        var attempt = new DeliveryAttempt(at, status,
            status is >= 200 and < 300 ? null : (reply as PostReply.Unanswered)?.Detail ?? $"The receiver answered {status}.");
        var delivery = open.Delivery with { Attempts = open.Delivery.Attempts.Add(attempt) };
        var next = WebhookSchedule.NextAfter(delivery.Attempts.Length - (delivery.FormerAttempts ?? 0), Clock.GetUtcNow(),
            Random.Shared.NextDouble(), (reply as PostReply.Answered)?.RetryAfter);
        var settled =
            attempt.Error is null ? delivery with { State = DeliveryState.Delivered }
            : status == Gone || next is null ? delivery with { State = DeliveryState.Abandoned }
            : delivery with { DueAt = next.Value };
        Count(settled, status, span);
        if (status == Gone && delivery.Url is null)
        {
            await webhooks.WriteAsync(delivery.Webhook, known => known is null ? null : known with { DisabledAt = at }, cancellationToken);
            WebhookGone(delivery.Webhook);
        }

        if (settled.State is DeliveryState.Abandoned)
        {
            DeliveryAbandoned(delivery.Id, delivery.Run, attempt.Error);
        }

        await outbox.PutBackAsync(open, settled, cancellationToken);
    }

    private void Count(Delivery settled, int? status, Activity? span)
    {
        var result = settled.State is DeliveryState.Pending ? "failed" : settled.State.ToString().ToLowerInvariant();
        deliveries.Add(1, new(Attribute.WebhookEvent, settled.Event), new(Attribute.DeliveryResult, result));
        span?.SetTag(Attribute.WebhookEvent, settled.Event).SetTag(Attribute.DeliveryResult, result).SetTag(Attribute.Status, status);
        if (settled.State is not DeliveryState.Delivered)
        {
            span?.Failed(status?.ToString(CultureInfo.InvariantCulture) ?? "no_answer");
        }
    }

    private Task DoubtAsync(OpenDelivery open, DateTimeOffset now, CancellationToken cancellationToken) =>
        now - open.Delivery.CreatedAt > LongestDoubt
            ? outbox.ForgetAsync(open, cancellationToken)
            : outbox.PutBackAsync(open, open.Delivery with { DueAt = now + LookInterval }, cancellationToken);

    private static bool Happened(RunRecord run, string @event) =>
        @event is WebhookEvents.Started ? run.StartedAt is not null : run.Outcome is not null && WebhookNames.Of(run.Status) == @event;

    private static ImmutableDictionary<string, string> HeadersOf(Delivery delivery, Webhook webhook, DateTimeOffset now) =>
        ImmutableDictionary<string, string>.Empty
        .Add("webhook-id", delivery.Id)
        .Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
        .Add("webhook-signature", WebhookSecret.Sign(webhook.SecretsAt(now), delivery.Id, now, Encoding.UTF8.GetBytes(delivery.Body)));

    [LoggerMessage(EventIds.WebhookGone, LogLevel.Warning, "Webhook {WebhookId} answered that it is gone; it was disabled.")]
    private partial void WebhookGone(string webhookId);

    [LoggerMessage(EventIds.DeliveryAbandoned, LogLevel.Warning, "Delivery {DeliveryId} of run {RunId} was given up: {Why}")]
    private partial void DeliveryAbandoned(string deliveryId, RunId runId, string? why);
}

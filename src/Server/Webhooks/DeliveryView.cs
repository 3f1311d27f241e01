using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Webhooks;

/// <summary>Who was told of a run, or what one was told.</summary>
[View("DeliveryList")]
internal sealed record DeliveryListView
{
    public required ImmutableArray<DeliveryView> Deliveries { get; init; }

    [Description("Of a webhook's, asks for the next page.")]
    public string? Continuation { get; init; }
}

/// <summary>What became of telling one receiver of one event.</summary>
[View("Delivery")]
internal sealed record DeliveryView
{
    [Description("The header webhook-id.")]
    public required string Id { get; init; }

    public required string Run { get; init; }

    [Words(WebhookEvents.Started, WebhookEvents.Succeeded, WebhookEvents.Failed, WebhookEvents.Canceled, WebhookEvents.Expired)]
    public required string Event { get; init; }

    public required string Webhook { get; init; }

    [Words("pending", "delivered", "abandoned")]
    public required string State { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? NextAttemptAt { get; init; }

    public required ImmutableArray<DeliveryAttemptView> Attempts { get; init; }

    public static DeliveryView Of(Delivery delivery) => new()
    {
        Id = delivery.Id,
        Run = delivery.Run.Value,
        Event = delivery.Event,
        Webhook = delivery.Webhook,
        State = JsonNamingPolicy.CamelCase.ConvertName(delivery.State.ToString()),
        CreatedAt = delivery.CreatedAt,
        NextAttemptAt = delivery.State is DeliveryState.Pending ? delivery.DueAt : null,
        Attempts = [
            .. delivery.Attempts.Select(a => new DeliveryAttemptView { At = a.At, Status = a.Status, Error = a.Error }),
        ],
    };
}

/// <summary>One attempt to tell.</summary>
internal sealed record DeliveryAttemptView
{
    public required DateTimeOffset At { get; init; }

    [Description("What the receiver answered."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Error { get; init; }
}

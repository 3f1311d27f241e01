using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Webhooks;

/// <summary>A webhook as administrators see it.</summary>
[View("Webhook"), Description("A receiver of events.")]
internal sealed record WebhookView
{
    public required string Id { get; init; }

    [Format("uri")]
    public required string Url { get; init; }

    [Words(WebhookEvents.Started, WebhookEvents.Succeeded, WebhookEvents.Failed, WebhookEvents.Canceled, WebhookEvents.Expired)]
    public required ImmutableArray<string> Events { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Workflow { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    [Description("Since when it gets nothing, having answered 410."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? DisabledAt { get; init; }

    [Description("Only when it is new.")]
    public string? Secret { get; init; }

    /// <param name="webhook">One that is registered.</param>
    public static WebhookView Of(Webhook webhook) => new()
    {
        Id = webhook.Id,
        Url = webhook.Url!.AbsoluteUri, // Who is registered has one.
        Events = webhook.Events.IsEmpty ? WebhookEvents.Ends : webhook.Events,
        Workflow = webhook.Workflow,
        CreatedAt = webhook.CreatedAt,
        DisabledAt = webhook.DisabledAt,
    };
}

/// <summary>A page of the webhooks that are registered.</summary>
[View("WebhookList")]
internal sealed record WebhookListView
{
    public required ImmutableArray<WebhookView> Webhooks { get; init; }

    [Description(Paging.ContinuationIs)]
    public string? Continuation { get; init; }
}

/// <summary>What deliveries are signed with.</summary>
[View("WebhookSecret")]
internal sealed record WebhookSecretView
{
    [Description("whsec_ and base64.")]
    public required string Secret { get; init; }

    [Description("Until when the one before signs too."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? PreviousSecretUntil { get; init; }
}

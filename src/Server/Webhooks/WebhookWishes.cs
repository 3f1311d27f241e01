using System.Collections.Immutable;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Webhooks;

/// <summary>Reads where somebody wants to be told, and of what.</summary>
internal static class WebhookWishes
{
    /// <summary>The query parameters of a call that say it.</summary>
    public static ImmutableArray<QueryParameter> Query { get; } =
    [
        QueryParameters.Text("webhook", Schemas.Link("Is told of the run, signed with the secret of the webhook 'default'.")),
        QueryParameters.Text("webhookEvents", "Which events, separated by commas; the ends of the run unless told."),
    ];

    /// <summary>What the query of a call says: <c>webhook</c>, and <c>webhookEvents</c> separated by commas.</summary>
    public static (CallWebhook? Webhook, ImmutableArray<Fault> Faults) Of(IQueryCollection query, GuardedPost post)
    {
        if (!query.ContainsKey("webhook"))
        {
            return query.ContainsKey("webhookEvents")
                ? (null, [new(FaultCode.InvalidRequest, "webhookEvents goes with webhook.", "/webhookEvents")]) : (null, []);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        var url = UrlOf(query["webhook"].FirstOrDefault(), "/webhook", post, faults);
        var events = EventsOf(query["webhookEvents"].ToString()
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), "/webhookEvents", faults);
        return faults.Count > 0 ? (null, faults.ToImmutable()) : (new(url!, events), []); // No fault, so there is a URL.
    }

    public static Uri? UrlOf(string? text, string pointer, GuardedPost post, ImmutableArray<Fault>.Builder faults)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            faults.Add(new(FaultCode.InvalidRequest, "A webhook has an absolute URL.", pointer));
            return null;
        }

        if (post.Refusal(url) is { } refusal)
        {
            faults.Add(new(FaultCode.InvalidRequest, refusal, pointer));
        }

        return url;
    }

    public static ImmutableArray<string> EventsOf(IEnumerable<string> names, string pointer, ImmutableArray<Fault>.Builder faults)
    {
        ImmutableArray<string> events = [.. names];
        foreach (var unknown in events.Where(e => !WebhookEvents.All.Contains(e, StringComparer.Ordinal)))
        {
            faults.Add(new(FaultCode.InvalidRequest,
                $"'{unknown}' is none of {string.Join(", ", WebhookEvents.All)}.{Suggestion.Nearest(unknown, WebhookEvents.All)}",
                pointer));
        }

        return events;
    }
}

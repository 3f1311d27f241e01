using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Webhooks;

/// <summary>The endpoints that register receivers of events, rotate their secrets, and show what became of deliveries.</summary>
public sealed class WebhookEndpoints(WebhookStore webhooks, Outbox outbox, RunStore runs, GuardedPost post, TimeProvider clock)
{
    /// <summary>How long the secret before a rotation signs too.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const int LargestBody = 64 << 10;

    /// <summary>GET /api/webhooks: without their secrets.</summary>
    public async Task<IResult> ListAsync(CancellationToken cancellationToken) =>
        Json(new JsonObject
        {
            ["webhooks"] =
            new JsonArray([.. (await webhooks.ListAsync(cancellationToken)).Where(w => w.Url is not null).Select(Show)])
        });

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) =>
        await webhooks.FindAsync(id, cancellationToken) is { Url: not null } webhook ? Json(Show(webhook)) : NotFound(id);

    /// <summary>
    /// PUT /api/webhooks/{id} {url, events?, workflow?}: 201 with its secret when it is new; 200 when it was known, which also enables it
    /// again.
    /// </summary>
    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {LargestBody} bytes.");
        }

        if (!SafeName.IsValid(id) || Webhook.IsDefault(id))
        {
            return Problems.From(FaultCode.InvalidRequest,
                $"A webhook's id is {SafeName.Rule}, and does not begin with '{Webhook.Default}'.");
        }

        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return Problems.From(malformed.Fault with { Code = FaultCode.InvalidRequest });
            case StrictJson.Parsed { Root: var root }:
                var (asked, faults) = Read(root);
                return asked is null ? Problems.From(faults) : await WriteAsync(id, asked, cancellationToken);
            default:
                throw new UnreachableException();
        }
    }

    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken) =>
        !Webhook.IsDefault(id) && await webhooks.DeleteAsync(id, cancellationToken) ? Results.NoContent() : NotFound(id);

    /// <summary>GET /api/webhooks/{id}/secret: what its deliveries are signed with; of <c>default</c>, those that calls ask for.</summary>
    public async Task<IResult> SecretAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var webhook = IsOwn(id) ? await webhooks.DefaultAsync(request.Caller().Client, cancellationToken)
            : await webhooks.FindAsync(id, cancellationToken);
        return webhook is null ? NotFound(id) : Json(SecretOf(webhook));
    }

    /// <summary>POST /api/webhooks/{id}/rotate: a new secret; the one before signs too for a day.</summary>
    public async Task<IResult> RotateAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var known = IsOwn(id) ? (await webhooks.DefaultAsync(request.Caller().Client, cancellationToken)).Id : id;
        var secret = WebhookStore.NewSecret();
        var (_, now) = SafeName.IsValid(id)
            ? await webhooks.WriteAsync(known, w => w is null ? null
                : w with { Secret = secret, OldSecret = w.Secret, OldSecretUntil = clock.GetUtcNow() + Overlap }, cancellationToken)
            : default;
        return now is null ? NotFound(id) : Json(SecretOf(now));
    }

    /// <summary>GET /api/runs/{id}/deliveries: who was told of the run, and what they answered.</summary>
    public async Task<IResult> DeliveriesAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        return Json(new JsonObject { ["deliveries"] = new JsonArray([.. (await outbox.OfAsync(run.Id, cancellationToken)).Select(Show)]) });
    }

    private static bool IsOwn(string id) => id.Equals(Webhook.Default, StringComparison.OrdinalIgnoreCase);

    private async Task<IResult> WriteAsync(string id, Asked asked, CancellationToken cancellationToken)
    {
        var (before, now) =
            await webhooks.WriteAsync(id,
                known => (known ?? webhooks.New(id)) with
                {
                    Url = asked.Url,
                    Events = asked.Events,
                    Workflow = asked.Workflow,
                    DisabledAt = null
                }, cancellationToken);
        var shown = Show(now!); // The change is never null.
        if (before is null)
        {
            shown["secret"] = now!.Secret;
        }

        return Json(shown, before is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private (Asked? Asked, ImmutableArray<Fault> Faults) Read(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return (null, [new(FaultCode.InvalidRequest, "The body is an object: {\"url\":…}.", "")]);
        }

        var faults = ImmutableArray.CreateBuilder<Fault>();
        faults.AddRange(BodyMembers.Unknown(root, "A webhook", ["url", "events", "workflow"]));
        var url = WebhookWishes.UrlOf(root.TryGetProperty("url", out var u) && u.ValueKind is JsonValueKind.String ? u.GetString() : null,
            "/url", post, faults);
        if (BodyMembers.Given(root, "events") is { } e
            && (e.ValueKind is not JsonValueKind.Array || e.EnumerateArray().Any(n => n.ValueKind is not JsonValueKind.String)))
        {
            faults.Add(new(FaultCode.InvalidRequest, $"events is an array of {string.Join(", ", WebhookEvents.All)}.", "/events"));
        }

        if (BodyMembers.Given(root, "workflow") is { } w && !(w.ValueKind is JsonValueKind.String && SafeName.IsValid(w.GetString())))
        {
            faults.Add(new(FaultCode.InvalidRequest, "workflow is the name of a workflow.", "/workflow"));
        }

        // Strings are never null.
        var names = BodyMembers.Given(root, "events") is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Where(n => n.ValueKind is JsonValueKind.String).Select(n => n.GetString()!) : [];
        var events = WebhookWishes.EventsOf(names, "/events", faults);
        var workflow = BodyMembers.Given(root, "workflow") is { ValueKind: JsonValueKind.String } named ? named.GetString() : null;
        return faults.Count > 0 ? (null, faults.ToImmutable()) : (new(url!, events, workflow), []); // No fault, so there is a URL.
    }

    private static JsonObject Show(Webhook webhook) => new()
    {
        ["id"] = webhook.Id,
        ["url"] = webhook.Url?.AbsoluteUri,
        ["events"] = new JsonArray([.. (webhook.Events.IsEmpty ? WebhookEvents.Ends : webhook.Events).Select(e => (JsonNode)e)]),
        ["workflow"] = webhook.Workflow,
        ["createdAt"] = webhook.CreatedAt,
        ["disabledAt"] = webhook.DisabledAt,
    };

    private static JsonObject Show(Delivery delivery) => new()
    {
        ["id"] = delivery.Id,
        ["event"] = delivery.Event,
        ["webhook"] = delivery.Webhook,
        ["state"] = JsonNamingPolicy.CamelCase.ConvertName(delivery.State.ToString()),
        ["createdAt"] = delivery.CreatedAt,
        ["nextAttemptAt"] = delivery.State is DeliveryState.Pending ? delivery.DueAt : null,
        ["attempts"] =
            new JsonArray([.. delivery.Attempts.Select(a => new JsonObject { ["at"] = a.At, ["status"] = a.Status, ["error"] = a.Error })]),
    };

    private static JsonObject SecretOf(Webhook webhook) =>
        new() { ["secret"] = webhook.Secret, ["previousSecretUntil"] = webhook.OldSecretUntil };

    private static IResult NotFound(string id) => Problems.From(FaultCode.NotFound, $"There is no webhook '{id}'.");

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) =>
        Results.Json(document, ServerJson.Options, statusCode: status);

    private sealed record Asked(Uri Url, ImmutableArray<string> Events, string? Workflow);
}

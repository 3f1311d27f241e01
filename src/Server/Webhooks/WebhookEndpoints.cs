using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Webhooks.WebhookEndpoints>;

namespace ComfyFunc.Server.Webhooks;

/// <summary>The endpoints that register receivers of events and rotate their secrets.</summary>
public sealed class WebhookEndpoints(WebhookStore webhooks, GuardedPost post, TimeProvider clock) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ListWebhooks", "GET", At.Webhooks, Role.Admin, RouteGroup.Webhooks, "Lists who is told of events.",
            (e, r, ct) => e.ListAsync(r, ct))
        {
            Query = Paging.Query,
            Answers = [new(200, "A page of webhooks.", Shape.Of<WebhookListView>())],
            Problems = [400],
        },
        new Route("GetWebhook", "GET", At.Webhook, Role.Admin, RouteGroup.Webhooks, "Shows a webhook.",
            (e, r, ct) => e.GetAsync(r.InPath("id"), ct))
        {
            RoleOf = RoleOf,
            Answers = [new(200, "The webhook.", Shape.Of<WebhookView>())],
            Problems = [404],
        },
        new Route("PutWebhook", "PUT", At.Webhook, Role.Admin, RouteGroup.Webhooks,
            "Registers a webhook, or changes it and enables it again.", (e, r, ct) => e.PutAsync(r, r.InPath("id"), ct))
        {
            RoleOf = RoleOf,
            Body = new(SchemaNames.WebhookSettings)
            {
                Example = _ => new JsonObject
                {
                    ["url"] = "https://example.org/hooks",
                    ["events"] = new JsonArray("run.succeeded", "run.failed"),
                },
            },
            Answers = [
                new(200, "It was known.", Shape.Of<WebhookView>()),
                new(201, "It is new; its secret is shown.", Shape.Of<WebhookView>()),
            ],
            Problems = [400, 413],
        },
        new Route("DeleteWebhook", "DELETE", At.Webhook, Role.Admin, RouteGroup.Webhooks, "Takes a webhook away.",
            (e, r, ct) => e.DeleteAsync(r.InPath("id"), ct))
        {
            RoleOf = RoleOf,
            Answers = [new(204, "Gone.")],
            Problems = [404],
        },
        new Route("GetWebhookSecret", "GET", At.WebhookSecret, Role.Admin, RouteGroup.Webhooks,
            "What its deliveries are signed with; of 'default', those that calls ask for.",
            (e, r, ct) => e.SecretAsync(r, r.InPath("id"), ct))
        {
            RoleOf = RoleOf,
            Answers = [new(200, "The secret.", Shape.Of<WebhookSecretView>())],
            Problems = [404],
        },
        new Route("RotateWebhookSecret", "POST", At.WebhookRotate, Role.Admin, RouteGroup.Webhooks,
            "Makes a new secret; the one before signs too for a day.", (e, r, ct) => e.RotateAsync(r, r.InPath("id"), ct))
        {
            RoleOf = RoleOf,
            Answers = [new(200, "The secret.", Shape.Of<WebhookSecretView>())],
            Problems = [404],
        },
    ];

    /// <summary>How long the secret before a rotation signs too.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    private const int LargestBody = 64 << 10;

    /// <summary>GET /api/webhooks: without their secrets; pages by continuation.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var page = await webhooks.PageAsync(Paging.SizeOf(request), Paging.ContinuationOf(request), cancellationToken);
        return Json(new WebhookListView { Webhooks = [.. page.Webhooks.Select(WebhookView.Of)], Continuation = page.Continuation });
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) =>
        await webhooks.FindAsync(id, cancellationToken) is { Url: not null } webhook ? Json(WebhookView.Of(webhook)) : NotFound(id);

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

        ImmutableArray<Fault> ofId = SafeName.IsValid(id) && !Webhook.IsDefault(id) ? []
            : [new(FaultCode.InvalidRequest, $"A webhook's id is {SafeName.Rule}, and does not begin with '{Webhook.Default}'.", "/id")];
        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return Problems.From([.. ofId, malformed.Fault with { Code = FaultCode.InvalidRequest }]);
            case StrictJson.Parsed { Root: var root }:
                var (asked, faults) = Read(root);
                return asked is null || !ofId.IsEmpty ? Problems.From([.. ofId, .. faults])
                    : await WriteAsync(id, asked, cancellationToken);
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
        return await webhooks.NamedAsync(id, request.Caller().Client, cancellationToken) is { } webhook
            ? Json(SecretOf(webhook)) : NotFound(id);
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

    // A client's own secret is its own to see.
    internal static Role RoleOf(HttpRequest request) => IsOwn(request.InPath("id")) ? Role.Run : Role.Admin;

    internal static bool IsOwn(string id) => id.Equals(Webhook.Default, StringComparison.OrdinalIgnoreCase);

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
        var shown = WebhookView.Of(now!); // The change is never null.
        return before is null ? Json(shown with { Secret = now!.Secret }, StatusCodes.Status201Created) : Json(shown);
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

    private static WebhookSecretView SecretOf(Webhook webhook) =>
        new() { Secret = webhook.Secret, PreviousSecretUntil = webhook.OldSecretUntil };

    internal static IResult NotFound(string id) => Problems.From(FaultCode.NotFound, $"There is no webhook '{id}'.");

    private static IResult Json<T>(T view, int status = StatusCodes.Status200OK) =>
        Results.Json(view, ServerJson.Options, statusCode: status);

    private sealed record Asked(Uri Url, ImmutableArray<string> Events, string? Workflow);
}

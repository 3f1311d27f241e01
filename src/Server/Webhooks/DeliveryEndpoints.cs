using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Webhooks.DeliveryEndpoints>;

namespace ComfyFunc.Server.Webhooks;

/// <summary>The endpoints that show what became of deliveries, and make one once more.</summary>
public sealed class DeliveryEndpoints(WebhookStore webhooks, Outbox outbox, RunStore runs) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ListDeliveries", "GET", At.RunDeliveries, Role.Run, RouteGroup.Runs, "Who was told of the run, and what they answered.",
            (e, r, ct) => e.OfRunAsync(r, r.InPath("id"), ct))
        {
            Answers = [new(200, "The deliveries.", Shape.Of<DeliveryListView>())],
            Problems = [404],
        },
        new Route("Redeliver", "POST", At.Redeliver, Role.Run, RouteGroup.Runs,
            "Tells a receiver once more, under the same webhook-id; if it fails, again by the schedule.",
            (e, r, ct) => e.RedeliverAsync(r, r.InPath("id"), r.InPath("delivery"), ct))
        {
            Answers = [new(202, "It is on its way.", Shape.Of<DeliveryView>())],
            Problems = [404, 409],
        },
        new Route("ListWebhookDeliveries", "GET", At.WebhookDeliveries, Role.Admin, RouteGroup.Webhooks,
            "What a webhook was told, newest runs first; of 'default', what calls asked for.",
            (e, r, ct) => e.OfWebhookAsync(r, r.InPath("id"), ct))
        {
            RoleOf = WebhookEndpoints.RoleOf,
            Query = Paging.Query,
            Answers = [new(200, "The deliveries.", Shape.Of<DeliveryListView>())],
            Problems = [404],
        },
    ];

    /// <summary>GET /api/runs/{id}/deliveries.</summary>
    public async Task<IResult> OfRunAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await runs.FindAsync(request, id, cancellationToken) is { } run
            ? Json(new DeliveryListView { Deliveries = [.. (await outbox.OfAsync(run.Id, cancellationToken)).Select(DeliveryView.Of)] })
            : RunAnswers.NotFound(id);

    /// <summary>GET /api/webhooks/{id}/deliveries.</summary>
    public async Task<IResult> OfWebhookAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await webhooks.NamedAsync(id, request.Caller().Client, cancellationToken) is not { } webhook)
        {
            return WebhookEndpoints.NotFound(id);
        }

        var (deliveries, continuation) = await outbox.OfWebhookAsync(webhook.Id, Paging.SizeOf(request), Paging.ContinuationOf(request),
            cancellationToken);
        return Json(new DeliveryListView { Deliveries = [.. deliveries.Select(DeliveryView.Of)], Continuation = continuation });
    }

    /// <summary>POST /api/runs/{id}/deliveries/{delivery}/redeliver.</summary>
    public async Task<IResult> RedeliverAsync(HttpRequest request, string id, string delivery, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        if (await outbox.FindAsync(run.Id, delivery, cancellationToken) is not { } known)
        {
            return Problems.From(FaultCode.NotFound, $"Run {run.Id} has no delivery '{delivery}'.");
        }

        if (known is { Url: null, Webhook: not EventGridPublisher.Receiver }
            && await webhooks.FindAsync(known.Webhook, cancellationToken) is not { Url: not null, DisabledAt: null })
        {
            return Problems.From(FaultCode.Conflict,
                $"The webhook '{known.Webhook}' is gone, or has said that it is. PUT it again to enable it.");
        }

        return Json(DeliveryView.Of(await outbox.OnceMoreAsync(known, cancellationToken)), StatusCodes.Status202Accepted);
    }

    private static IResult Json<T>(T view, int status = StatusCodes.Status200OK) =>
        Results.Json(view, ServerJson.Options, statusCode: status);
}

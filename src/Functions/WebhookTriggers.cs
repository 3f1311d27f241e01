using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of webhooks and their deliveries.</summary>
public sealed class WebhookTriggers(ApiPipeline api)
{
    [Function(nameof(ListDeliveries))]
    public Task<IResult> ListDeliveries(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.RunDeliveries)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListDeliveries), cancellationToken);

    [Function(nameof(ListWebhooks))]
    public Task<IResult> ListWebhooks(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Webhooks)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListWebhooks), cancellationToken);

    [Function(nameof(GetWebhook))]
    public Task<IResult> GetWebhook(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Webhook)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetWebhook), cancellationToken);

    [Function(nameof(PutWebhook))]
    public Task<IResult> PutWebhook(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Webhook)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(PutWebhook), cancellationToken);

    [Function(nameof(DeleteWebhook))]
    public Task<IResult> DeleteWebhook(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Webhook)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(DeleteWebhook), cancellationToken);

    [Function(nameof(GetWebhookSecret))]
    public Task<IResult> GetWebhookSecret(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.WebhookSecret)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetWebhookSecret), cancellationToken);

    [Function(nameof(RotateWebhookSecret))]
    public Task<IResult> RotateWebhookSecret(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.WebhookRotate)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(RotateWebhookSecret), cancellationToken);

    [Function(nameof(ListWebhookDeliveries))]
    public Task<IResult> ListWebhookDeliveries(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.WebhookDeliveries)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListWebhookDeliveries), cancellationToken);

    [Function(nameof(Redeliver))]
    public Task<IResult> Redeliver(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Redeliver)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(Redeliver), cancellationToken);
}

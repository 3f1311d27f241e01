using ComfyFunc.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of webhooks and their deliveries.</summary>
public sealed class WebhookTriggers(WebhookEndpoints webhooks, Api api)
{
    [Function(nameof(ListDeliveries))]
    public Task<IResult> ListDeliveries(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunDeliveries)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.DeliveriesAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(ListWebhooks))]
    public Task<IResult> ListWebhooks(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Webhooks)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.ListAsync(cancellationToken), cancellationToken);

    [Function(nameof(GetWebhook))]
    public Task<IResult> GetWebhook(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Webhook)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.GetAsync(id, cancellationToken), cancellationToken);

    [Function(nameof(PutWebhook))]
    public Task<IResult> PutWebhook(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Webhook)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.PutAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(DeleteWebhook))]
    public Task<IResult> DeleteWebhook(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Webhook)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.DeleteAsync(id, cancellationToken), cancellationToken);

    [Function(nameof(GetWebhookSecret))]
    public Task<IResult> GetWebhookSecret(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.WebhookSecret)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.SecretAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(RotateWebhookSecret))]
    public Task<IResult> RotateWebhookSecret(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.WebhookRotate)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => webhooks.RotateAsync(request, id, cancellationToken), cancellationToken);
}

using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>
/// The HTTP triggers of the pool. A host that joins may start a run, and one that leaves tells its runs: those need the Durable client.
/// </summary>
public sealed class HostTriggers(DurableClientSource clients, ApiPipeline api)
{
    [Function(nameof(ListHosts))]
    public Task<IResult> ListHosts(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Hosts)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListHosts), cancellationToken);

    [Function(nameof(GetHost))]
    public Task<IResult> GetHost(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Host)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetHost), cancellationToken);

    [Function(nameof(PutHost))]
    public Task<IResult> PutHost(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Host)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(PutHost), cancellationToken);
    }

    [Function(nameof(DeleteHost))]
    public Task<IResult> DeleteHost(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Host)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(DeleteHost), cancellationToken);
    }

    [Function(nameof(DrainHost))]
    public Task<IResult> DrainHost(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostDrain)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(DrainHost), cancellationToken);

    [Function(nameof(ResumeHost))]
    public Task<IResult> ResumeHost(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostResume)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ResumeHost), cancellationToken);

    [Function(nameof(HostHeartbeat))]
    public Task<IResult> HostHeartbeat(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostHeartbeat)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(HostHeartbeat), cancellationToken);
    }

    [Function(nameof(HostEvents))]
    public Task<IResult> HostEvents(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostEvents)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(HostEvents), cancellationToken);
    }

    [Function(nameof(GetPool))]
    public Task<IResult> GetPool(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Pool)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetPool), cancellationToken);

    [Function(nameof(GetQueue))]
    public Task<IResult> GetQueue(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Queue)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetQueue), cancellationToken);

    [Function(nameof(PauseQueue))]
    public Task<IResult> PauseQueue(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.QueuePause)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(PauseQueue), cancellationToken);

    [Function(nameof(ResumeQueue))]
    public Task<IResult> ResumeQueue(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.QueueResume)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(ResumeQueue), cancellationToken);
    }
}

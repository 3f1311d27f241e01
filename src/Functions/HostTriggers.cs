using ComfyFunc.Pool;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of the pool. A host that joins may start a run, and one that leaves tells its runs: those need the Durable client.</summary>
public sealed class HostTriggers(HostEndpoints hosts, PoolEndpoints pool, DurableClientSource clients, Api api)
{
    [Function(nameof(ListHosts))]
    public Task<IResult> ListHosts(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Hosts)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => hosts.ListAsync(cancellationToken), cancellationToken);

    [Function(nameof(GetHost))]
    public Task<IResult> GetHost(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Host)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => hosts.GetAsync(id, cancellationToken), cancellationToken);

    [Function(nameof(PutHost))]
    public Task<IResult> PutHost(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Host)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => hosts.PutAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(DeleteHost))]
    public Task<IResult> DeleteHost(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Host)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => hosts.DeleteAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(DrainHost))]
    public Task<IResult> DrainHost(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostDrain)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => hosts.DrainAsync(id, cancellationToken), cancellationToken);

    [Function(nameof(ResumeHost))]
    public Task<IResult> ResumeHost(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostResume)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => hosts.ResumeAsync(id, cancellationToken), cancellationToken);

    [Function(nameof(HostHeartbeat))]
    public Task<IResult> HostHeartbeat(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.HostHeartbeat)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => hosts.HeartbeatAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(GetPool))]
    public Task<IResult> GetPool(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Pool)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => pool.GetAsync(cancellationToken), cancellationToken);
}

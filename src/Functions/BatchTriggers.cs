using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of batches. Their runs are started and canceled by the feeder, which needs the Durable client.</summary>
public sealed class BatchTriggers(DurableClientSource clients, ApiPipeline api)
{
    [Function(nameof(RunBatch))]
    public Task<IResult> RunBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.WorkflowBatches)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(RunBatch), cancellationToken);
    }

    [Function(nameof(RunVersionBatch))]
    public Task<IResult> RunVersionBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.VersionBatches)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(RunVersionBatch), cancellationToken);
    }

    [Function(nameof(ListBatches))]
    public Task<IResult> ListBatches(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Batches)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListBatches), cancellationToken);

    [Function(nameof(GetBatchOutputs))]
    public Task<IResult> GetBatchOutputs(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.BatchOutputs)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetBatchOutputs), cancellationToken);

    [Function(nameof(GetBatchTable))]
    public Task<IResult> GetBatchTable(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.BatchTable)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetBatchTable), cancellationToken);

    [Function(nameof(GetBatch))]
    public Task<IResult> GetBatch(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Batch)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetBatch), cancellationToken);

    [Function(nameof(CancelBatch))]
    public Task<IResult> CancelBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.BatchCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(CancelBatch), cancellationToken);
    }
}

using ComfyFunc.Batches;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of batches. Their runs are started and canceled by the feeder, which needs the Durable client.</summary>
public sealed class BatchTriggers(BatchEndpoints batches, BatchResultEndpoints results, DurableClientSource clients, Api api)
{
    [Function(nameof(RunBatch))]
    public Task<IResult> RunBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.WorkflowBatches)] HttpRequest request, string name, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => batches.SubmitAsync(request, name, null, cancellationToken), cancellationToken);
    }

    [Function(nameof(RunVersionBatch))]
    public Task<IResult> RunVersionBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.VersionBatches)] HttpRequest request, string name, string version, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => batches.SubmitAsync(request, name, version, cancellationToken), cancellationToken);
    }

    [Function(nameof(ListBatches))]
    public Task<IResult> ListBatches(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Batches)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => batches.ListAsync(request, cancellationToken), cancellationToken);

    [Function(nameof(GetBatchOutputs))]
    public Task<IResult> GetBatchOutputs(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.BatchOutputs)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => results.OutputsAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(GetBatchTable))]
    public Task<IResult> GetBatchTable(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.BatchTable)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => results.TableAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(GetBatch))]
    public Task<IResult> GetBatch(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Batch)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => batches.GetAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(CancelBatch))]
    public Task<IResult> CancelBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.BatchCancel)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => batches.CancelAsync(request, id, cancellationToken), cancellationToken);
    }
}

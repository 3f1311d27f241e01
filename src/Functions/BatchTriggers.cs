using ComfyFunc.Batches;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of batches. Their runs are started and canceled by the feeder, which needs the Durable client.</summary>
public sealed class BatchTriggers(BatchEndpoints batches, DurableClientSource clients, Api api)
{
    [Function(nameof(RunBatch))]
    public Task<IResult> RunBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.WorkflowBatches)] HttpRequest request, string name, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => batches.SubmitAsync(request, name, cancellationToken), cancellationToken);
    }

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

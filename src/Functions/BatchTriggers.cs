using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of batches. Their runs are started and canceled by the feeder, which needs the Durable client.</summary>
public sealed class BatchTriggers(DurableClientSource clients, Api api)
{
    [Function(nameof(RunBatch))]
    public Task<IResult> RunBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.WorkflowBatches)] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(RunBatch), cancellationToken);
    }

    [Function(nameof(GetBatch))]
    public Task<IResult> GetBatch(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Batch)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetBatch), cancellationToken);

    [Function(nameof(CancelBatch))]
    public Task<IResult> CancelBatch(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.BatchCancel)] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(CancelBatch), cancellationToken);
    }
}

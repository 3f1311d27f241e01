using ComfyFunc.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of runs.</summary>
public sealed class RunTriggers(RunEndpoints runs, DurableClientSource clients, Api api)
{
    [Function(nameof(RunWorkflow))]
    public Task<IResult> RunWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Workflow)] HttpRequest request, string name, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(() => runs.SubmitAsync(request, name, null, cancellationToken));
    }

    [Function(nameof(RunWorkflowVersion))]
    public Task<IResult> RunWorkflowVersion(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Version)] HttpRequest request, string name, string version, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(() => runs.SubmitAsync(request, name, version, cancellationToken));
    }

    [Function(nameof(ListRuns))]
    public Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Runs)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(() => runs.ListAsync(request, cancellationToken));

    [Function(nameof(GetRun))]
    public Task<IResult> GetRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Run)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(() => runs.GetAsync(request, id, cancellationToken));

    [Function(nameof(DeleteRun))]
    public Task<IResult> DeleteRun(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Run)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(() => runs.DeleteAsync(id, cancellationToken));

    [Function(nameof(GetRunStatus))]
    public Task<IResult> GetRunStatus(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunStatus)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(() => runs.StatusAsync(request, id, cancellationToken));

    [Function(nameof(FollowRun))]
    public Task<IResult> FollowRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunEvents)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(() => runs.EventsAsync(request, id, cancellationToken));

    [Function(nameof(RetryRun))]
    public Task<IResult> RetryRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.RunRetry)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(() => runs.RetryAsync(request, id, cancellationToken));
    }

    [Function(nameof(CancelRun))]
    public Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.RunCancel)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(() => runs.CancelAsync(request, id, cancellationToken));
    }

    [Function(nameof(GetRunOutput))]
    public Task<IResult> GetRunOutput(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunOutput)] HttpRequest request, string id, string tag, string n, CancellationToken cancellationToken) =>
        api.AnswerAsync(() => runs.OutputAsync(id, tag, n, cancellationToken));
}

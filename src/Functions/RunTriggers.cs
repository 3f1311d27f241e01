using ComfyFunc.Outputs;
using ComfyFunc.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of runs and their outputs, and of the files sent ahead of them.</summary>
public sealed class RunTriggers(CallEndpoints calls, RunEndpoints runs, LinkEndpoints links, OutputEndpoints outputs, UploadEndpoints uploads, DurableClientSource clients, Api api)
{
    [Function(nameof(RunWorkflow))]
    public Task<IResult> RunWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Workflow)] HttpRequest request, string name, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => calls.SubmitAsync(request, name, null, cancellationToken), cancellationToken);
    }

    [Function(nameof(RunWorkflowVersion))]
    public Task<IResult> RunWorkflowVersion(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Version)] HttpRequest request, string name, string version, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => calls.SubmitAsync(request, name, version, cancellationToken), cancellationToken);
    }

    [Function(nameof(ListRuns))]
    public Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Runs)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => runs.ListAsync(request, cancellationToken), cancellationToken);

    [Function(nameof(GetRun))]
    public Task<IResult> GetRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Run)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => runs.GetAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(DeleteRun))]
    public Task<IResult> DeleteRun(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Run)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => runs.DeleteAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(GetRunStatus))]
    public Task<IResult> GetRunStatus(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunStatus)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => runs.StatusAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(FollowRun))]
    public Task<IResult> FollowRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunEvents)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => runs.EventsAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(RetryRun))]
    public Task<IResult> RetryRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.RunRetry)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => calls.RetryAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(CancelRun))]
    public Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.RunCancel)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => runs.CancelAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(GetRunByLink))]
    public Task<IResult> GetRunByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.RunLink)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => links.RunAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(GetRunStatusByLink))]
    public Task<IResult> GetRunStatusByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.RunStatusLink)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => links.StatusAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(CancelRunByLink))]
    public Task<IResult> CancelRunByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.RunCancelLink)] HttpRequest request, string id, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, () => links.CancelAsync(request, id, cancellationToken), cancellationToken);
    }

    [Function(nameof(GetRunOutputs))]
    public Task<IResult> GetRunOutputs(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunOutputs)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => outputs.ListAsync(request, id, cancellationToken), cancellationToken);

    [Function(nameof(GetRunOutput))]
    public Task<IResult> GetRunOutput(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.RunOutput)] HttpRequest request, string id, string tag, string n, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => outputs.GetAsync(request, id, tag, n, cancellationToken), cancellationToken);

    [Function(nameof(CreateUpload))]
    public Task<IResult> CreateUpload(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Uploads)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => uploads.CreateAsync(request, cancellationToken), cancellationToken);
}

using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of runs and their outputs, and of the files sent ahead of them.</summary>
public sealed class RunTriggers(DurableClientSource clients, ApiPipeline api)
{
    [Function(nameof(RunWorkflow))]
    public Task<IResult> RunWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Workflow)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(RunWorkflow), cancellationToken);
    }

    [Function(nameof(RunWorkflowVersion))]
    public Task<IResult> RunWorkflowVersion(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Version)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(RunWorkflowVersion), cancellationToken);
    }

    [Function(nameof(ListRuns))]
    public Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Runs)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListRuns), cancellationToken);

    [Function(nameof(GetRun))]
    public Task<IResult> GetRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Run)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRun), cancellationToken);

    [Function(nameof(DeleteRun))]
    public Task<IResult> DeleteRun(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Run)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(DeleteRun), cancellationToken);
    }

    [Function(nameof(GetRunStatus))]
    public Task<IResult> GetRunStatus(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.RunStatus)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRunStatus), cancellationToken);

    [Function(nameof(FollowRun))]
    public Task<IResult> FollowRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.RunEvents)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(FollowRun), cancellationToken);

    [Function(nameof(FollowAll))]
    public Task<IResult> FollowAll(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Events)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(FollowAll), cancellationToken);

    [Function(nameof(RetryRun))]
    public Task<IResult> RetryRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.RunRetry)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(RetryRun), cancellationToken);
    }

    [Function(nameof(CancelRun))]
    public Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.RunCancel)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(CancelRun), cancellationToken);
    }

    [Function(nameof(GetRunByLink))]
    public Task<IResult> GetRunByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.RunLink)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRunByLink), cancellationToken);

    [Function(nameof(GetRunStatusByLink))]
    public Task<IResult> GetRunStatusByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.RunStatusLink)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRunStatusByLink), cancellationToken);

    [Function(nameof(CancelRunByLink))]
    public Task<IResult> CancelRunByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Routes.RunCancelLink)] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        clients.Offer(client);
        return api.AnswerAsync(request, nameof(CancelRunByLink), cancellationToken);
    }

    [Function(nameof(GetRunOutputs))]
    public Task<IResult> GetRunOutputs(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.RunOutputs)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRunOutputs), cancellationToken);

    [Function(nameof(GetRunOutput))]
    public Task<IResult> GetRunOutput(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.RunOutput)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRunOutput), cancellationToken);

    [Function(nameof(GetRunOutputByLink))]
    public Task<IResult> GetRunOutputByLink(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.RunOutputLink)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetRunOutputByLink), cancellationToken);

    [Function(nameof(CreateUpload))]
    public Task<IResult> CreateUpload(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Uploads)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(CreateUpload), cancellationToken);

    [Function(nameof(GetFile))]
    public Task<IResult> GetFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.File)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetFile), cancellationToken);

    [Function(nameof(PutFile))]
    public Task<IResult> PutFile(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Routes.File)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(PutFile), cancellationToken);
}

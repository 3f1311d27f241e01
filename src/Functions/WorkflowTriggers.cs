using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of workflows, the names of their versions, and conversion.</summary>
public sealed class WorkflowTriggers(ApiPipeline api)
{
    [Function(nameof(ListWorkflows))]
    public Task<IResult> ListWorkflows(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Workflows)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListWorkflows), cancellationToken);

    [Function(nameof(PutWorkflow))]
    public Task<IResult> PutWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Workflow)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(PutWorkflow), cancellationToken);

    [Function(nameof(GetWorkflow))]
    public Task<IResult> GetWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Workflow)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetWorkflow), cancellationToken);

    [Function(nameof(DeleteWorkflow))]
    public Task<IResult> DeleteWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Workflow)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(DeleteWorkflow), cancellationToken);

    [Function(nameof(Convert))]
    public Task<IResult> Convert(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Convert)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(Convert), cancellationToken);

    [Function(nameof(ListVersions))]
    public Task<IResult> ListVersions(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Versions)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListVersions), cancellationToken);

    [Function(nameof(GetVersion))]
    public Task<IResult> GetVersion(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Version)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetVersion), cancellationToken);

    [Function(nameof(PutAlias))]
    public Task<IResult> PutAlias(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Alias)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(PutAlias), cancellationToken);

    [Function(nameof(DeleteAlias))]
    public Task<IResult> DeleteAlias(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Alias)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(DeleteAlias), cancellationToken);

    [Function(nameof(RollbackAlias))]
    public Task<IResult> RollbackAlias(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.AliasRollback)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(RollbackAlias), cancellationToken);
}

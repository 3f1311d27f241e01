using ComfyFunc.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of workflows and the names of their versions.</summary>
public sealed class WorkflowTriggers(WorkflowEndpoints workflows, AliasEndpoints aliases, Api api)
{
    [Function(nameof(ListWorkflows))]
    public Task<IResult> ListWorkflows(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Workflows)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => workflows.ListAsync(request, cancellationToken), cancellationToken);

    [Function(nameof(PutWorkflow))]
    public Task<IResult> PutWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Workflow)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => workflows.PutAsync(request, name, cancellationToken), cancellationToken);

    [Function(nameof(GetWorkflow))]
    public Task<IResult> GetWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Workflow)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => workflows.GetAsync(request, name, null, cancellationToken), cancellationToken);

    [Function(nameof(DeleteWorkflow))]
    public Task<IResult> DeleteWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Workflow)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => workflows.DeleteAsync(request, name, cancellationToken), cancellationToken);

    [Function(nameof(ListVersions))]
    public Task<IResult> ListVersions(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Versions)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => workflows.VersionsAsync(name, cancellationToken), cancellationToken);

    [Function(nameof(GetVersion))]
    public Task<IResult> GetVersion(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Version)] HttpRequest request, string name, string version, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => workflows.GetAsync(request, name, version, cancellationToken), cancellationToken);

    [Function(nameof(PutAlias))]
    public Task<IResult> PutAlias(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = Routes.Alias)] HttpRequest request, string name, string alias, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => aliases.PutAsync(request, name, alias, cancellationToken), cancellationToken);

    [Function(nameof(DeleteAlias))]
    public Task<IResult> DeleteAlias(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Alias)] HttpRequest request, string name, string alias, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => aliases.DeleteAsync(name, alias, cancellationToken), cancellationToken);

    [Function(nameof(RollbackAlias))]
    public Task<IResult> RollbackAlias(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.AliasRollback)] HttpRequest request, string name, string alias, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => aliases.RollbackAsync(request, name, alias, cancellationToken), cancellationToken);
}

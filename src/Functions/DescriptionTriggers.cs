using ComfyFunc.Description;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of the description. The page holds nothing of the app's and needs no key; the document that it loads does.</summary>
public sealed class DescriptionTriggers(DescriptionEndpoints description, Api api)
{
    [Function(nameof(Describe))]
    public Task<IResult> Describe(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.OpenApi)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => description.AllAsync(request, cancellationToken), cancellationToken);

    [Function(nameof(DescribeWorkflow))]
    public Task<IResult> DescribeWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.WorkflowOpenApi)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => description.OneAsync(request, name, cancellationToken), cancellationToken);

    [Function(nameof(ShowDocs))]
    public Task<IResult> ShowDocs(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Docs)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => DescriptionEndpoints.PageAsync(request), cancellationToken);

    [Function(nameof(GetDocsScript))]
    public Task<IResult> GetDocsScript(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.DocsScript)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => DescriptionEndpoints.ScriptAsync(request), cancellationToken);
}

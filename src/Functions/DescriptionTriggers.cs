using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>
/// The HTTP triggers of the description. The page holds nothing of the app's and needs no key; the document that it loads does.
/// </summary>
public sealed class DescriptionTriggers(ApiPipeline api)
{
    [Function(nameof(Describe))]
    public Task<IResult> Describe(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.OpenApi)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(Describe), cancellationToken);

    [Function(nameof(DescribeWorkflow))]
    public Task<IResult> DescribeWorkflow(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.WorkflowOpenApi)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(DescribeWorkflow), cancellationToken);

    [Function(nameof(ShowDocs))]
    public Task<IResult> ShowDocs(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Docs)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ShowDocs), cancellationToken);

    [Function(nameof(GetDocsScript))]
    public Task<IResult> GetDocsScript(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.DocsScript)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetDocsScript), cancellationToken);
}

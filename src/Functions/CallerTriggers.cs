using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of callers: their keys, and what they took.</summary>
public sealed class CallerTriggers(ApiPipeline api)
{
    [Function(nameof(GetMe))]
    public Task<IResult> GetMe(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Me)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetMe), cancellationToken);

    [Function(nameof(ListKeys))]
    public Task<IResult> ListKeys(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Keys)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ListKeys), cancellationToken);

    [Function(nameof(CreateKey))]
    public Task<IResult> CreateKey(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Keys)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(CreateKey), cancellationToken);

    [Function(nameof(DeleteKey))]
    public Task<IResult> DeleteKey(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Key)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(DeleteKey), cancellationToken);

    [Function(nameof(GetUsage))]
    public Task<IResult> GetUsage(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Usage)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetUsage), cancellationToken);

    [Function(nameof(GetStats))]
    public Task<IResult> GetStats(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Stats)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetStats), cancellationToken);
}

using ComfyFunc.Callers;
using ComfyFunc.Usage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers of callers: their keys, and what they took.</summary>
public sealed class CallerTriggers(KeyEndpoints keys, UsageEndpoints usage, Api api)
{
    [Function(nameof(ListKeys))]
    public Task<IResult> ListKeys(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Keys)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => keys.ListAsync(cancellationToken), cancellationToken);

    [Function(nameof(CreateKey))]
    public Task<IResult> CreateKey(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = Routes.Keys)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => keys.CreateAsync(request, cancellationToken), cancellationToken);

    [Function(nameof(DeleteKey))]
    public Task<IResult> DeleteKey(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = Routes.Key)] HttpRequest request, string id, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => keys.DeleteAsync(id, cancellationToken), cancellationToken);

    [Function(nameof(GetUsage))]
    public Task<IResult> GetUsage(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.Usage)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => usage.GetAsync(request, cancellationToken), cancellationToken);
}

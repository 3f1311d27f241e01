using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers that probes call, which need no key, and what an operator sees beyond.</summary>
public sealed class HealthTriggers(ApiPipeline api)
{
    [Function(nameof(Health))]
    public Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Health)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(Health), cancellationToken);

    [Function(nameof(Ready))]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Ready)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(Ready), cancellationToken);

    [Function(nameof(ReadyDetails))]
    public Task<IResult> ReadyDetails(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.ReadyDetails)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ReadyDetails), cancellationToken);

    [Function(nameof(GetSettings))]
    public Task<IResult> GetSettings(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = Routes.Settings)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(GetSettings), cancellationToken);
}

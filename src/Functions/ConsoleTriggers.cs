using ComfyFunc.Server.Api;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>
/// The HTTP triggers of the console and of what leads to it. The pages hold nothing of the app's; the API that they use asks for keys.
/// </summary>
public sealed class ConsoleTriggers(ApiPipeline api)
{
    [Function(nameof(ShowStart))]
    public Task<IResult> ShowStart(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Start)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ShowStart), cancellationToken);

    [Function(nameof(ShowApi))]
    public Task<IResult> ShowApi(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.ApiStart)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ShowApi), cancellationToken);

    [Function(nameof(ShowConsole))]
    public Task<IResult> ShowConsole(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Routes.Console)] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerAsync(request, nameof(ShowConsole), cancellationToken);
}

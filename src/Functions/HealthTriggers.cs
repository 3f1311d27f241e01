using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers that probes call, which need no key, and what an operator sees beyond.</summary>
public sealed class HealthTriggers(HealthEndpoints health, ComfyFuncOptions options, Api api)
{
    [Function(nameof(Health))]
    public Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Health)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => HealthEndpoints.HealthAsync(), cancellationToken);

    [Function(nameof(Ready))]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Ready)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => HealthEndpoints.AsksForDetails(request) && !options.AsksForKeys ? Task.FromResult(GuardedByPlatform()) : health.ReadyAsync(request, cancellationToken), cancellationToken);

    [Function(nameof(ReadyDetails))]
    public Task<IResult> ReadyDetails(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = Routes.ReadyDetails)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => health.DetailsAsync(cancellationToken), cancellationToken);

    // Without keys of its own the app is guarded by function keys, and this trigger has none.
    private static IResult GuardedByPlatform() => Problems.From("unauthorized", "The details are at /api/ready/details, which takes a function key.");
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP triggers that probes call; they need no key.</summary>
public sealed class HealthTriggers(HealthEndpoints health, Api api)
{
    [Function(nameof(Health))]
    public Task<IResult> Health(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Health)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => HealthEndpoints.HealthAsync(), cancellationToken);

    [Function(nameof(Ready))]
    public Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Routes.Ready)] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerAsync(request, () => health.ReadyAsync(cancellationToken), cancellationToken);
}

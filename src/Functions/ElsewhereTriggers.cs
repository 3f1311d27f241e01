using ComfyFunc.Server.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>
/// The HTTP trigger of verbs that no endpoint has: browsers' questions whether they may ask, above all. It must have no others: the host
/// takes the first route that fits, and would answer every request by this one.
/// </summary>
public sealed class ElsewhereTriggers(ApiPipeline api)
{
    [Function(nameof(Elsewhere))]
    public Task<IResult> Elsewhere(
        [HttpTrigger(AuthorizationLevel.Anonymous, "options", "patch", Route = "{*path}")] HttpRequest request,
        CancellationToken cancellationToken) =>
        api.AnswerElsewhereAsync(request, cancellationToken);
}

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ComfyFunc.Functions;

/// <summary>The HTTP trigger of what is at no endpoint: browsers' questions whether they may ask, verbs that a path does not have, and paths that are not there.</summary>
public sealed class ElsewhereTriggers(Api api)
{
    [Function(nameof(Elsewhere))]
    public Task<IResult> Elsewhere(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", "post", "put", "patch", "delete", Route = "{*path}")] HttpRequest request, CancellationToken cancellationToken) =>
        api.AnswerElsewhereAsync(request, cancellationToken);
}

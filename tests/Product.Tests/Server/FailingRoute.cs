using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server;

/// <summary>An endpoint that fails as a test wants it.</summary>
internal sealed record FailingRoute(Func<Task<IResult>> Fail)
    : ApiRoute("GetRun", "GET", Routes.Run, Role.Run, RouteGroup.Runs, null)
{
    public override Type Endpoints => typeof(FailingRoute);

    public override Task<IResult> AnswerAsync(EndpointSet endpoints, HttpRequest request, CancellationToken cancellationToken) => Fail();
}

using System.Collections.Immutable;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Following.EventEndpoints>;

namespace ComfyFunc.Server.Following;

/// <summary>The endpoint by which a page follows everything that its caller may see.</summary>
public sealed class EventEndpoints(EventStream stream) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("FollowAll", "GET", At.Events, Role.Run, RouteGroup.Service,
            "What changes, as Server-Sent Events. Nothing is repeated: listings say how things stand.", (e, r, _) => e.Follow(r))
        {
            Answers = [
                new(200, "run (as in listings) and queue; for administrators pool, host and host-removed too. At most one a second of "
                    + "each thing. It ends after 200 s.")
                {
                    Content = [new(StreamedAnswer.ContentType, Shape.Text)],
                },
            ],
        },
    ];

    /// <summary>GET /api/events.</summary>
    public Task<IResult> Follow(HttpRequest request) => Task.FromResult(
        HttpMethods.IsHead(request.Method) ? Results.Content(null, StreamedAnswer.ContentType)
        : stream.Follow(request.Caller(), RunView.For(request, new(OutputForm.Url), hasInputs: false)));
}

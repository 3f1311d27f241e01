using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Pool.QueueEndpoints>;

namespace ComfyFunc.Server.Pool;

/// <summary>The endpoints of the central queue: who waits in it and for what, and whether it moves.</summary>
public sealed partial class QueueEndpoints(HostStore hosts, PendingStore pending, QueueLooks looks, DispatchBell bell,
    ILogger<QueueEndpoints> logger) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetQueue", "GET", At.Queue, Role.Run, RouteGroup.Hosts, "Shows which runs wait for a slot, and for what.",
            (e, r, ct) => e.GetAsync(r, ct))
        {
            Query = [Paging.Limit],
            Answers = [new(200, "The first of those that wait. Callers see their own.", Shape.Of<CentralQueueView>())],
            Problems = [400],
        },
        new Route("PauseQueue", "POST", At.QueuePause, Role.Admin, RouteGroup.Hosts,
            "Pauses the queue: nobody gets a slot. Calls are still taken, and what has its slot goes on.",
            (e, r, ct) => e.PauseAsync(r, ct))
        {
            Answers = [new(200, "It is paused.", Shape.Of<QueueHead>())],
        },
        new Route("ResumeQueue", "POST", At.QueueResume, Role.Admin, RouteGroup.Hosts, "Lets the queue move again.",
            (e, r, ct) => e.ResumeAsync(r, ct))
        {
            Answers = [new(200, "It moves.", Shape.Of<QueueHead>())],
        },
    ];

    /// <summary>GET /api/queue.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await hosts.RefreshAsync(cancellationToken);
        await pending.RefreshAsync(cancellationToken);
        var (head, waiting) = (looks.HeadFor(request.Caller()), looks.FirstFor(request.Caller(), Paging.SizeOf(request)));
        return Results.Json(
            new CentralQueueView { Paused = head.Paused, PausedAt = head.PausedAt, Total = head.Total, Waiting = waiting },
            ServerJson.Options);
    }

    /// <summary>POST /api/queue/pause: holds in this process at once, in others at their next look at the queue.</summary>
    public async Task<IResult> PauseAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await pending.PauseAsync(cancellationToken);
        Paused(request.Caller().Client);
        return Results.Json(looks.HeadFor(request.Caller()), ServerJson.Options);
    }

    /// <summary>POST /api/queue/resume.</summary>
    public async Task<IResult> ResumeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        await pending.ResumeAsync(cancellationToken);
        Resumed(request.Caller().Client);
        bell.Ring();
        return Results.Json(looks.HeadFor(request.Caller()), ServerJson.Options);
    }

    [LoggerMessage(EventIds.QueuePaused, LogLevel.Information, "'{Client}' paused the queue.")]
    private partial void Paused(string client);

    [LoggerMessage(EventIds.QueueResumed, LogLevel.Information, "'{Client}' let the queue move again.")]
    private partial void Resumed(string client);
}

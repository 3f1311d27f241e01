using System.Collections.Immutable;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Pool.PoolEndpoints>;

namespace ComfyFunc.Server.Pool;

/// <summary>The endpoint that autoscalers ask: numbers at fixed places, as KEDA's metrics-api scaler reads them.</summary>
public sealed class PoolEndpoints(HostStore hosts, PendingStore pending, ComfyFuncOptions options, TimeProvider clock) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetPool", "GET", At.Pool, Role.Admin, RouteGroup.Hosts, "What an autoscaler asks.", (e, _, ct) => e.GetAsync(ct))
        {
            Answers = [new(200, "The pool's load.", Shape.Of<PoolView>())],
        },
    ];

    /// <summary>GET /api/pool.</summary>
    public async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        var pool = await hosts.RefreshAsync(cancellationToken);
        var load = PoolLoad.Of(pool, await pending.RefreshAsync(cancellationToken), options.ScaleTarget, clock.GetUtcNow());
        return Results.Json(PoolView.Of(load, pool, pending.PausedAt is not null));
    }
}

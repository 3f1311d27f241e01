using System.Collections.Immutable;
using System.Text.Json.Nodes;
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
            Answers = [new(200, "The pool's load.", SchemaNames.Pool)],
        },
    ];

    /// <summary>GET /api/pool.</summary>
    public async Task<IResult> GetAsync(CancellationToken cancellationToken)
    {
        var pool = await hosts.RefreshAsync(cancellationToken);
        var load = PoolLoad.Of(pool, await pending.RefreshAsync(cancellationToken), options.ScaleTarget, clock.GetUtcNow());
        return Results.Json(new JsonObject
        {
            ["waiting"] = load.Waiting,
            ["running"] = load.Running,
            ["slots"] = load.Slots,
            ["freeSlots"] = load.FreeSlots,
            ["oldestWaitSeconds"] = load.OldestWaitSeconds,
            ["backlogSeconds"] = load.BacklogSeconds,
            ["wantedHosts"] = load.WantedHosts,
            ["hosts"] = new JsonObject(Enum.GetValues<HostStatus>()
                .Select(s => KeyValuePair.Create(HostEndpoints.NameOf(s), (JsonNode?)pool.Count(h => h.Status == s)))),
        });
    }
}

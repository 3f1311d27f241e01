using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Stats;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Stats.StatsEndpoints>;

namespace ComfyFunc.Server.Stats;

/// <summary>The endpoint that says how runs have fared of late.</summary>
public sealed class StatsEndpoints(StatsStore stats, TimeProvider clock) : IEndpoints
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(1);

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetStats", "GET", At.Stats, Role.Run, RouteGroup.Service,
            "How many runs ended how, how long they took and why some failed, of the last seven days.", (e, r, ct) => e.GetAsync(r, ct))
        {
            Query = [
                QueryParameters.Text("workflow", "Of this one alone."),
                TimeParameter.Of("from", "A time by RFC 3339, or a day; an hour before to unless told."),
                TimeParameter.Of("to", "The same, exclusive; now unless told."),
            ],
            Answers = [new(200, "The sums. Callers see those of their own runs.", Shape.Of<StatsView>())],
            Problems = [400],
        },
    ];

    /// <summary>GET /api/stats?workflow=txt2img&amp;from=2026-11-30T12:00:00Z&amp;to=2026-11-30T13:00:00Z.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var to = TimeParameter.Read(request.Query, "to") ?? clock.GetUtcNow();
        var from = TimeParameter.Read(request.Query, "from") ?? to - Usual;
        if (from >= to)
        {
            return Problems.From(FaultCode.InvalidRequest, "from is earlier than to.", "/from");
        }

        var span = StatsSpan.Of(to - from > StatsStore.Kept ? to - StatsStore.Kept : from, to);
        var (caller, workflow) = (request.Caller(), request.Query["workflow"].FirstOrDefault());
        var lines = await stats.ReadAsync(span, cancellationToken);
        return Results.Json(StatsView.Of(StatsReport.Of(span, lines.Where(l => IsMeant(l.Line, caller, workflow)))), ServerJson.Options);
    }

    private static bool IsMeant(StatsLine line, Caller caller, string? workflow) =>
        caller.Sees(line.Client) && caller.Scope.Has(line.Workflow)
        && (workflow is null || line.Workflow.Equals(workflow, StringComparison.OrdinalIgnoreCase));
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Upkeep;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Api.HealthEndpoints>;

namespace ComfyFunc.Server.Api;

/// <summary>Says whether the process lives, and whether it can serve a call.</summary>
public sealed class HealthEndpoints(HostStore hosts, PendingStore pending, SelfTest test, Gate gate, StorageProbe probe,
    ComfyFuncOptions options) : IEndpoints
{
    private static readonly ImmutableArray<ApiAnswer> Readiness =
        [new(200, "Able to serve.", SchemaNames.Readiness), new(503, "Storage does not serve; reason says why.", SchemaNames.Readiness)];

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("Health", "GET", At.Health, Role.None, RouteGroup.Service, "Whether the service is alive.", (_, _, _) => HealthAsync())
        {
            OperationId = "GetHealth",
            Answers = [new(200, "Alive.", SchemaNames.Health)],
        },
        new Route("Ready", "GET", At.Ready, Role.None, RouteGroup.Service, "Whether the service can serve.",
            (e, r, ct) => e.ReadyAsync(r, ct))
        {
            OperationId = "GetReady",
            Query = [QueryParameters.Flag("details", "true for administrators: what each process of the service is up to.")],
            Answers = Readiness,
        },
        new Route("ReadyDetails", "GET", At.ReadyDetails, Role.Admin, RouteGroup.Service,
            "The same, and what each process of the service is up to.", (e, _, ct) => e.DetailsAsync(ct))
        {
            OperationId = "GetReadyDetails",
            Answers = Readiness,
        },
    ];

    public static Task<IResult> HealthAsync() =>
        Task.FromResult(Results.Json(new JsonObject { ["status"] = "ok", ["version"] = Product.Version }));

    /// <summary>
    /// 200 when the façade can take calls: storage serves. Whether a host is there to execute them, <c>hosts</c> tells; calls wait for
    /// one.
    /// </summary>
    /// <remarks><c>?details</c> is for those who look after the service: what each process is up to, for the role admin.</remarks>
    public async Task<IResult> ReadyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Query.IsSet("details"))
        {
            // Where function keys guard the API, this path has none.
            if (options is { AsksForKeys: false, SignLinks: true })
            {
                return Problems.From(FaultCode.Unauthorized, "The details are at /api/ready/details, which takes a function key.");
            }

            return await gate.RefusalAsync(request, Role.Admin, cancellationToken) ?? await DetailsAsync(cancellationToken);
        }

        return await AnswerAsync(details: false, cancellationToken);
    }

    /// <summary>GET /api/ready/details: the same as <c>?details</c>, where a platform's own key guards a path and not a query.</summary>
    public Task<IResult> DetailsAsync(CancellationToken cancellationToken) => AnswerAsync(details: true, cancellationToken);

    private async Task<IResult> AnswerAsync(bool details, CancellationToken cancellationToken)
    {
        var trouble = await probe.TroubleAsync(cancellationToken);
        var storage = trouble is null;
        var ready = hosts.Known.Count(h => h.Status is HostStatus.Ready && h.CatalogHash is not null);
        var document = new JsonObject
        {
            ["status"] = storage ? "ready" : "notReady",
            ["storage"] = storage,
            ["hosts"] = new JsonObject { ["ready"] = ready, ["total"] = hosts.Known.Length },
            ["waitingRuns"] = pending.Known.Count,
        };
        if (trouble is not null)
        {
            document["reason"] = trouble;
        }

        if (details && storage)
        {
            document["details"] = await test.RunAsync(cancellationToken);
        }

        return Results.Json(document, statusCode: storage ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Pool.HostEndpoints>;

namespace ComfyFunc.Server.Pool;

/// <summary>The endpoints of the pool's hosts: who is in it, who joins, drains and leaves.</summary>
public sealed class HostEndpoints(HostStore hosts, HostDoors doors, HostMonitor monitor, HostProbe probe, CatalogWatch catalogs,
    HostHealth health, HostResource shown, DispatchBell bell, TimeProvider clock) : IEndpoints
{
    internal static readonly ApiBody Registration = new(SchemaNames.HostSettings)
    {
        Example = _ => new JsonObject { ["url"] = "http://127.0.0.1:8188", ["slots"] = 2 },
    };

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ListHosts", "GET", At.Hosts, Role.Admin, RouteGroup.Hosts, "Lists the pool's hosts.", (e, _, ct) => e.ListAsync(ct))
        {
            Answers = [new(200, "The hosts.", SchemaNames.HostList)],
        },
        new Route("GetHost", "GET", At.Host, Role.Admin, RouteGroup.Hosts, "Shows a host.", (e, r, ct) => e.GetAsync(r.InPath("id"), ct))
        {
            Answers = [new(200, "The host.", SchemaNames.Host)],
            Problems = [404],
        },
        new Route("PutHost", "PUT", At.Host, Role.Admin, RouteGroup.Hosts, "Registers a host, or changes it.",
            (e, r, ct) => e.PutAsync(r, r.InPath("id"), ct))
        {
            Body = Registration,
            Answers = [new(200, "It was known.", SchemaNames.Host), new(201, "It is new.", SchemaNames.Host)],
            Problems = [400, 413],
        },
        new Route("DeleteHost", "DELETE", At.Host, Role.Admin, RouteGroup.Hosts, "Takes a host out of the pool.",
            (e, r, ct) => e.DeleteAsync(r, r.InPath("id"), ct))
        {
            Query = [QueryParameters.Flag("force", "true gives up the runs that it has.")],
            Answers = [new(204, "Gone.")],
            Problems = [404, 409],
        },
        new Route("DrainHost", "POST", At.HostDrain, Role.Admin, RouteGroup.Hosts, "Lets a host finish what it has and take nothing new.",
            (e, r, ct) => e.DrainAsync(r.InPath("id"), ct))
        {
            Answers = [new(200, "The host.", SchemaNames.Host)],
            Problems = [404],
        },
        new Route("ResumeHost", "POST", At.HostResume, Role.Admin, RouteGroup.Hosts, "Lets a drained or quarantined host take work again.",
            (e, r, ct) => e.ResumeAsync(r.InPath("id"), ct))
        {
            Answers = [new(200, "The host.", SchemaNames.Host)],
            Problems = [404],
        },
    ];

    internal const int LargestBody = 64 << 10;

    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var all = new JsonArray();
        foreach (var host in (await hosts.RefreshAsync(cancellationToken)).OrderBy(h => h.Id.Value, StringComparer.Ordinal))
        {
            all.Add(await shown.ShowAsync(host, cancellationToken));
        }

        return Json(new JsonObject { ["hosts"] = all });
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken)
    {
        await hosts.RefreshAsync(cancellationToken);
        return hosts.Find(new(id)) is { } host ? Json(await shown.ShowWholeAsync(host, cancellationToken)) : NotFound(id);
    }

    /// <summary>
    /// PUT /api/hosts/{id} {url, headers?, slots?, labels?, warmUp?}: 201 when it is new, 200 when it was known; its state says whether it
    /// is of use.
    /// </summary>
    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {LargestBody} bytes.");
        }

        switch (HostRegistration.Read(id, body))
        {
            case HostRegistration.Invalid invalid:
                return Problems.From(invalid.Faults);
            case HostRegistration.Valid valid:
                var isNew = (await hosts.RefreshAsync(cancellationToken)).All(h => h.Id != valid.Id);
                if (valid.Twin(hosts.Known) is { } twin)
                {
                    return Problems.From(twin);
                }

                valid = valid with { SealedDoor = await doors.SealAsync(valid.Id, valid.Door, cancellationToken) };
                var host = await hosts.PutAsync(valid.Id, known => valid.Over(known, clock.GetUtcNow()), cancellationToken);
                probe.Expect(host.Id);
                await monitor.ReconcileAsync(cancellationToken);
                bell.Ring();
                return Json(await shown.ShowAsync(hosts.Find(host.Id) ?? host, cancellationToken),
                    isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>DELETE /api/hosts/{id}: refused while runs hold its slots, unless ?force=true gives them up as lost.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        await hosts.RefreshAsync(cancellationToken);
        if (hosts.Find(new(id)) is not { } host)
        {
            return NotFound(id);
        }

        if (!host.Leases.IsEmpty && !request.Query.IsSet("force"))
        {
            return Problems.From(FaultCode.Conflict,
                $"{host.Leases.Length} runs hold slots of '{id}'. Drain it first, or say ?force=true to give them up.");
        }

        await health.GiveUpAsync(host, cancellationToken);
        await hosts.DeleteAsync(host.Id, cancellationToken);
        await monitor.ReconcileAsync(cancellationToken);
        return Results.NoContent();
    }

    /// <summary>POST /api/hosts/{id}/drain: it finishes what it has and takes nothing new; PUT or /resume makes it ready again.</summary>
    public Task<IResult> DrainAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(id, h => h with { Status = HostStatus.Draining, Reason = "Drained by hand.", RetryAt = null }, cancellationToken);

    /// <summary>POST /api/hosts/{id}/resume: a drained or quarantined host takes work again, its record wiped.</summary>
    public Task<IResult> ResumeAsync(string id, CancellationToken cancellationToken)
    {
        catalogs.Doubt(new(id));
        return ChangeAsync(id, HealthRules.Released, cancellationToken);
    }

    public static string NameOf(HostStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private async Task<IResult> ChangeAsync(string id, Func<PoolHost, PoolHost> change, CancellationToken cancellationToken)
    {
        var host = await hosts.UpdateAsync(new(id), change, cancellationToken);
        bell.Ring();
        return host is null ? NotFound(id) : Json(await shown.ShowAsync(host, cancellationToken));
    }

    private static IResult NotFound(string id) => Problems.From(FaultCode.NotFound, $"There is no host '{id}'.");

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) =>
        Results.Json(document, ServerJson.Options, statusCode: status);
}

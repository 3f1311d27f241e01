using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Pool.HostSpeechEndpoints>;

namespace ComfyFunc.Server.Pool;

/// <summary>The endpoints by which hosts speak for themselves: that they are there, how they are, and what has ended on them.</summary>
public sealed partial class HostSpeechEndpoints(HostStore hosts, HostDoors doors, HostMonitor monitor, CatalogWatch catalogs,
    IPromptEnds ends, DispatchBell bell, TimeProvider clock, ILogger<HostSpeechEndpoints> logger) : IEndpoints
{
    private static readonly ApiBody Events = new(SchemaNames.HostEvents)
    {
        Example = _ => new JsonObject
        {
            ["events"] = new JsonArray(new JsonObject { ["type"] = "ended", ["promptId"] = "9eaa0b54-da72-587a-8426-ff821d27b4b2" }),
        },
    };

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("HostHeartbeat", "POST", At.HostHeartbeat, Role.Host, RouteGroup.Hosts,
            "A host says that it is there; it joins if it was not known.", (e, r, ct) => e.HeartbeatAsync(r, r.InPath("id"), ct))
        {
            Body = new(SchemaNames.HostHeartbeat) { Example = HostEndpoints.Registration.Example },
            Answers =
            [
                new(200, "It was known.", Shape.Of<HostStanding>()),
                new(201, "It is new.", Shape.Of<HostStanding>()),
            ],
            Problems = [400, 409, 413],
        },
        new Route("HostEvents", "POST", At.HostEvents, Role.Host, RouteGroup.Hosts,
            "A host says what has ended on it, or that it is going.", (e, r, ct) => e.TellAsync(r, r.InPath("id"), ct))
        {
            Body = Events,
            Answers = [new(200, "Taken; what is not known here is of no interest.", Shape.Of<EventsTaken>())],
            Problems = [400, 404, 413],
        },
    ];

    private const int LargestEvents = 512 << 10;

    /// <summary>
    /// POST /api/hosts/{id}/heartbeat {url, headers?, slots?, labels?, warmUp?, pack?, queue?, vram?, catalogHash?, models?}: the host says
    /// that it is there, and joins if it was not known. What it does not say of its door stays.
    /// </summary>
    public async Task<IResult> HeartbeatAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, HostEndpoints.LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {HostEndpoints.LargestBody} bytes.");
        }

        return HostRegistration.ReadHeartbeat(id, body) switch
        {
            HostRegistration.Invalid invalid => Problems.From(invalid.Faults),
            HostRegistration.Valid valid => await HeardAsync(request.Caller(), valid, cancellationToken),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>
    /// POST /api/hosts/{id}/events {events:[{type, promptId?}]}: wakes the runs whose prompts have ended, whichever process drives them.
    /// </summary>
    public async Task<IResult> TellAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, LargestEvents, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {LargestEvents} bytes.");
        }

        var (events, faults) = HostEvent.Read(body);
        if (!faults.IsEmpty)
        {
            return Problems.From(faults);
        }

        var prompts = events.OfType<HostEvent.Ended>().Select(e => e.Prompt).Distinct().ToArray();
        if (await LeasesAsync(new(id), prompts, cancellationToken) is not { } leases)
        {
            return Problems.From(FaultCode.NotFound, $"There is no host '{id}'.");
        }

        await Task.WhenAll(leases.Select(l => ends.ToldAsync(l, cancellationToken)));
        if (events.Any(e => e is HostEvent.Leaving))
        {
            HostLeaves(new(id));
            await hosts.UpdateAsync(new(id), HealthRules.Left, cancellationToken);
        }

        return Results.Json(new EventsTaken { Taken = leases.Length, Unknown = prompts.Length - leases.Length }, ServerJson.Options);
    }

    private async Task<IResult> HeardAsync(Caller caller, HostRegistration.Valid said, CancellationToken cancellationToken)
    {
        var known = hosts.Find(said.Id)
            ?? (await hosts.RefreshAsync(cancellationToken)).FirstOrDefault(h => h.Id == said.Id);
        if (said.Twin(hosts.Known) is { } twin)
        {
            return Problems.From(twin);
        }

        if (known?.Door is not null && !HostAddress.IsSame(known.Url, said.Url) && caller.Role is not Role.Admin)
        {
            return Problems.From(FaultCode.Forbidden,
                "Requests to this host carry headers or a token that an administrator gave: only one may change where they go.", "/url");
        }

        said = said with { SealedDoor = await doors.SealOverAsync(said, known, cancellationToken) };
        var host = await hosts.PutAsync(said.Id, row => said.HeardFrom(row, clock.GetUtcNow()), cancellationToken);
        if (said.Report is null || said.Report.IsOfAnotherCatalogThan(known?.Report))
        {
            catalogs.Doubt(host.Id);
        }

        if (known is null || known.HasLeft)
        {
            await monitor.ReconcileAsync(cancellationToken);
            bell.Ring();
        }

        return Results.Json(HostStanding.Of(hosts.Find(host.Id) ?? host), ServerJson.Options,
            statusCode: known is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    // Another process may have lent a slot a moment ago.
    private async Task<Lease[]?> LeasesAsync(HostId id, PromptId[] prompts, CancellationToken cancellationToken)
    {
        var leases = LeasesOn(hosts.Find(id), prompts);
        if (leases is null || leases.Length < prompts.Length)
        {
            leases = null;
            await hosts.UpdateAsync(id, host =>
            {
                leases = LeasesOn(host, prompts);
                return null; // Nothing is changed; where the row may be old it is read, and this asked again.
            }, cancellationToken);
        }

        return leases;
    }

    private static Lease[]? LeasesOn(PoolHost? host, PromptId[] prompts) => host is null ? null
        : [.. host.Leases.Select(l => l.On(host.Id)).Where(l => prompts.Contains(l.Prompt))];

    [LoggerMessage(EventIds.HostLeaves, LogLevel.Information, "Host {HostId} says goodbye.")]
    private partial void HostLeaves(HostId hostId);

    /// <summary>What became of a host's events.</summary>
    [View("EventsTaken"), Description("What became of the events.")]
    internal sealed record EventsTaken
    {
        [Description("Prompts of runs that hold a slot there.")]
        public required int Taken { get; init; }

        [Description("Prompts of others, or of runs that have ended.")]
        public required int Unknown { get; init; }
    }
}

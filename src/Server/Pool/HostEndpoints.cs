using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Workflows;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Pool;

/// <summary>The endpoints of the pool's hosts: who is in it, who joins, drains and leaves.</summary>
public sealed class HostEndpoints(HostStore hosts, HostMonitor monitor, DispatchBell bell, TimeProvider clock)
{
    private const int LargestBody = 64 << 10;

    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var shown = (await hosts.RefreshAsync(cancellationToken)).OrderBy(h => h.Id.Value, StringComparer.Ordinal).Select(Show);
        return Json(new JsonObject { ["hosts"] = new JsonArray([.. shown]) });
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken)
    {
        await hosts.RefreshAsync(cancellationToken);
        return hosts.Find(new(id)) is { } host ? Json(Show(host)) : NotFound(id);
    }

    /// <summary>PUT /api/hosts/{id} {url, slots?, labels?}: 201 when it is new, 200 when it was known.</summary>
    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, LargestBody, cancellationToken) is not { } body)
        {
            return Problems.From("input_too_large", $"The body is larger than {LargestBody} bytes.");
        }

        switch (HostRegistration.Read(id, body))
        {
            case HostRegistration.Invalid invalid:
                return Problems.From(invalid.Faults);
            case HostRegistration.Valid valid:
                var isNew = (await hosts.RefreshAsync(cancellationToken)).All(h => h.Id != valid.Id);
                var host = await hosts.PutAsync(valid.Id, known => valid.Over(known, clock.GetUtcNow()), cancellationToken);
                await monitor.ReconcileAsync(cancellationToken);
                bell.Ring();
                return Json(Show(hosts.Find(host.Id) ?? host), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
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

        if (!host.Leases.IsEmpty && request.Query["force"] != "true")
        {
            return Problems.From("conflict", $"{host.Leases.Length} runs hold slots of '{id}'. Drain it first, or say ?force=true to give them up.");
        }

        await monitor.LoseAsync(host, cancellationToken);
        await hosts.DeleteAsync(host.Id, cancellationToken);
        await monitor.ReconcileAsync(cancellationToken);
        return Results.NoContent();
    }

    /// <summary>POST /api/hosts/{id}/drain: it finishes what it has and takes nothing new; PUT or /resume makes it ready again.</summary>
    public Task<IResult> DrainAsync(string id, CancellationToken cancellationToken) => SetAsync(id, HostStatus.Draining, "Drained by hand.", cancellationToken);

    public Task<IResult> ResumeAsync(string id, CancellationToken cancellationToken) => SetAsync(id, HostStatus.Ready, null, cancellationToken);

    private async Task<IResult> SetAsync(string id, HostStatus status, string? reason, CancellationToken cancellationToken)
    {
        var host = await hosts.UpdateAsync(new(id), h => h with { Status = status, Reason = reason }, cancellationToken);
        bell.Ring();
        return host is null ? NotFound(id) : Json(Show(host));
    }

    private static JsonObject Show(PoolHost host) => new()
    {
        ["id"] = host.Id.Value,
        ["url"] = host.Url.AbsoluteUri,
        ["state"] = JsonNamingPolicy.CamelCase.ConvertName(host.Status.ToString()),
        ["reason"] = host.Reason,
        ["slots"] = host.Slots,
        ["freeSlots"] = host.FreeSlots,
        ["labels"] = new JsonObject(host.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
        ["leases"] = new JsonArray([.. host.Leases.Select(l => new JsonObject { ["run"] = l.Run.Value, ["attempt"] = l.Attempt, ["since"] = l.At })]),
        ["vramBytes"] = host.VramBytes,
        ["comfyVersion"] = host.ComfyVersion,
        ["catalogHash"] = host.CatalogHash,
        ["registeredAt"] = host.RegisteredAt,
        ["lastSeenAt"] = host.LastSeenAt,
    };

    private static IResult NotFound(string id) => Problems.From("not_found", $"There is no host '{id}'.");

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) => Results.Json(document, ServerJson.Options, statusCode: status);
}

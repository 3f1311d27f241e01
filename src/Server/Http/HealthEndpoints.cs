using System.Text.Json.Nodes;
using ComfyFunc.Pool;
using ComfyFunc.Storage;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc;

/// <summary>Says whether the process lives, and whether it can serve a call.</summary>
public sealed class HealthEndpoints(HostStore hosts, PendingStore pending)
{
    public static Task<IResult> HealthAsync() => Task.FromResult(Results.Json(new JsonObject { ["status"] = "ok" }));

    /// <summary>200 when the façade can take calls: storage answers. Whether a host is there to execute them, <c>hosts</c> tells; calls wait for one.</summary>
    public async Task<IResult> ReadyAsync(CancellationToken cancellationToken)
    {
        var storage = await StorageAnswersAsync(cancellationToken);
        var ready = hosts.Known.Count(h => h.Status is HostStatus.Ready && h.CatalogHash is not null);
        var document = new JsonObject
        {
            ["status"] = storage ? "ready" : "notReady",
            ["storage"] = storage,
            ["hosts"] = new JsonObject { ["ready"] = ready, ["total"] = hosts.Known.Length },
            ["waitingRuns"] = pending.Known.Count,
        };
        return Results.Json(document, statusCode: storage ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async Task<bool> StorageAnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await hosts.RefreshAsync(cancellationToken);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }
}

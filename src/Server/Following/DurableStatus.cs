using System.Text.Json.Nodes;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>
/// The status document of a run, made from its row: the runtime is never asked. It has the members of Durable's HTTP API and, beside them,
/// those that Azure's clients look for behind an Operation-Location: without <c>status</c> they take every 200 for a success.
/// </summary>
public static class DurableStatus
{
    /// <param name="run">What the document is about.</param>
    /// <param name="resource">Shows the run once it has ended.</param>
    /// <param name="location">Where the run is: what a poller gets in the end.</param>
    /// <param name="cancellationToken">Ends the reading of outputs.</param>
    public static async Task<JsonObject> OfAsync(RunRecord run, RunResource resource, string location, CancellationToken cancellationToken)
    {
        var output = run.Outcome is null ? null : await resource.ShowAsync(run, RunView.ForAnybody, cancellationToken);
        var document = new JsonObject
        {
            ["name"] = run.Workflow,
            ["instanceId"] = run.Id.Value,
            ["runtimeStatus"] = NameOf(run.Status),
            ["customStatus"] = new JsonObject { ["status"] = RunResource.NameOf(run.Status) },
            ["output"] = output,
            ["createdTime"] = run.CreatedAt,
            ["lastUpdatedTime"] = run.CompletedAt ?? run.StartedAt ?? run.CreatedAt,
            ["id"] = run.Id.Value,
            ["status"] = OperationNameOf(run.Status),
            ["resourceLocation"] = location,
        };
        if (ErrorOf(run, output) is { } error)
        {
            document["error"] = error;
        }

        return document;
    }

    private static JsonNode? ErrorOf(RunRecord run, JsonObject? output) =>
        run.Status is RunStatus.Canceled ? new JsonObject { ["code"] = "canceled", ["message"] = "The run was canceled." }
        : output?["error"]?.DeepClone();

    private static string NameOf(RunStatus status) => status switch
    {
        RunStatus.Queued => "Pending",
        RunStatus.Running or RunStatus.Canceling => "Running",
        RunStatus.Succeeded => "Completed",
        RunStatus.Canceled => "Canceled",
        RunStatus.Failed or RunStatus.Expired => "Failed",
        _ => "Unknown", // RunStatus is closed.
    };

    // Azure's clients know Succeeded, Failed and Canceled; to them all else goes on.
    private static string OperationNameOf(RunStatus status) => status switch
    {
        RunStatus.Queued => "NotStarted",
        RunStatus.Succeeded => "Succeeded",
        RunStatus.Canceled => "Canceled",
        RunStatus.Failed or RunStatus.Expired => "Failed",
        _ => "Running",
    };
}

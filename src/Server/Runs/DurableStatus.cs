using System.Text.Json.Nodes;

namespace ComfyFunc.Runs;

/// <summary>The status document of Durable's HTTP API, made from the run's row: the runtime is never asked.</summary>
public static class DurableStatus
{
    public static async Task<JsonObject> OfAsync(RunRecord run, RunResource resource, CancellationToken cancellationToken) => new()
    {
        ["name"] = run.Workflow,
        ["instanceId"] = run.Id.Value,
        ["runtimeStatus"] = NameOf(run.Status),
        ["customStatus"] = new JsonObject { ["status"] = RunResource.NameOf(run.Status) },
        ["output"] = run.Outcome is null ? null : await resource.ShowAsync(run, RunView.ForAnybody, cancellationToken),
        ["createdTime"] = run.CreatedAt,
        ["lastUpdatedTime"] = run.CompletedAt ?? run.StartedAt ?? run.CreatedAt,
    };

    private static string NameOf(RunStatus status) => status switch
    {
        RunStatus.Queued => "Pending",
        RunStatus.Running or RunStatus.Canceling => "Running",
        RunStatus.Succeeded => "Completed",
        RunStatus.Canceled => "Canceled",
        RunStatus.Failed or RunStatus.Expired => "Failed",
        _ => "Unknown", // RunStatus is closed.
    };
}

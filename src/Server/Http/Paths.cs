using ComfyFunc.Engine;

namespace ComfyFunc.Server.Http;

/// <summary>The paths that answers link to, relative to the server that answered.</summary>
public static class Paths
{
    public static string Run(RunId id) => $"/api/runs/{id}";

    public static string Status(RunId id) => $"/api/runs/{id}/status";

    public static string Link(RunId id) => $"/api/links/runs/{id}";

    public static string Events(RunId id) => $"/api/runs/{id}/events";

    public static string Outputs(RunId id) => $"/api/runs/{id}/outputs";

    public static string Output(RunId id, string tag, int n) => $"/api/runs/{id}/outputs/{Uri.EscapeDataString(tag)}/{n}";

    public static string OutputLink(RunId id, string tag, int n) => $"{Link(id)}/outputs/{Uri.EscapeDataString(tag)}/{n}";

    public static string Retry(RunId id) => $"/api/runs/{id}/retry";

    public static string Batch(string id) => $"/api/batches/{id}";

    public static string Deliveries(RunId id) => $"/api/runs/{id}/deliveries";

    public static string Cancel(RunId id) => $"/api/runs/{id}/cancel";

    public static string Workflow(string name) => $"/api/workflows/{Uri.EscapeDataString(name)}";

    public static string Version(string name, int version) => $"{Workflow(name)}/versions/{version}";
}

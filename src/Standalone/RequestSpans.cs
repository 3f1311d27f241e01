using OpenTelemetry.Trace;

namespace ComfyFunc.Standalone;

/// <summary>Traces requests to the API. What pages and probes ask for makes no span, and no span has what opens a link.</summary>
internal static class RequestSpans
{
    private const string Api = "/api";

    // Whoever has the address of a file may read it.
    private static readonly string[] Untraced = ["/api/files", "/api/health", "/api/ready", "/api/docs", "/api/links"];

    public static void Trace(TracerProviderBuilder traces) => traces.AddAspNetCoreInstrumentation(o =>
    {
        o.Filter = context => context.Request.Path.StartsWithSegments(Api, StringComparison.OrdinalIgnoreCase)
            && !Untraced.Any(u => context.Request.Path.StartsWithSegments(u, StringComparison.OrdinalIgnoreCase));
    });
}

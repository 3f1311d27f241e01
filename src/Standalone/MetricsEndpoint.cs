using ComfyFunc.Server.Api;
using ComfyFunc.Server.Settings;
using OpenTelemetry.Metrics;

namespace ComfyFunc.Standalone;

/// <summary>Serves metrics to Prometheus, which comes for them: to callers that may see the whole pool.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void Export(MeterProviderBuilder metrics) => metrics.AddPrometheusExporter();

    public static void MapMetrics(this WebApplication app) => app.MapPrometheusScrapingEndpoint(Path, meterProvider: null,
        branch => branch.Use(LetInAsync), optionsName: null);

    private static async Task LetInAsync(HttpContext context, RequestDelegate next)
    {
        var api = context.RequestServices.GetRequiredService<ApiPipeline>();
        if (await api.RefusalAsync(context.Request, Role.Admin, context.RequestAborted) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
        }
        else
        {
            await next(context);
        }
    }
}

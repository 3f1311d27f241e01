using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Server;

/// <summary>A host that answers like a ComfyUI without work, and has the catalog that a test gives it.</summary>
internal sealed class CatalogHost(WebApplication app) : IAsyncDisposable
{
    public Uri Url => new(app.Urls.First());

    public static async Task<CatalogHost> StartAsync(string catalog)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/object_info" => catalog,
            "/system_stats" => """{"system":{"comfyui_version":"0.3.64"},"devices":[{"vram_total":1000}]}""",
            "/queue" => """{"queue_running":[],"queue_pending":[]}""",
            _ => "{}",
        }));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

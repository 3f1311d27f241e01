using System.Text;
using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Http;

/// <summary>The web server of a simulated process: every route twice, as <c>/x</c> and <c>/api/x</c>.</summary>
internal static class SimServer
{
    public static WebApplication Build(SimProcess process, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{process.Options.Listen}:{port}");
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.AddServerHeader = false;
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Use((context, next) => GuardAsync(process, context, next));
        PromptRoutes.Map(app, process);
        FileRoutes.Map(app, process);
        InfoRoutes.Map(app, process);
        UserRoutes.Map(app, process);
        SocketRoutes.Map(app, process);
        SimRoutes.Map(app, process);
        return app;
    }

    public static void Both(this WebApplication app, string verb, string path, Func<HttpContext, Task> handle)
    {
        foreach (var prefix in new[] { "", "/api" })
            app.MapMethods(prefix + path, [verb], (RequestDelegate)(context => handle(context)));
    }

    public static Task JsonAsync(this HttpContext context, object? value, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        var body = PyJson.Bytes(value);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    public static async Task<object?> ReadJsonAsync(this HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return PyJson.Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    private static async Task GuardAsync(SimProcess process, HttpContext context, RequestDelegate next)
    {
        var isOurs = context.Request.Path.StartsWithSegments("/sim", StringComparison.Ordinal);
        if (process.Machine.Faults.Unreachable && !isOurs)
        {
            context.Abort();
            return;
        }

        if (process.Machine.Faults.HttpDelayMs is > 0 and var delay && !isOurs)
            await Task.Delay(delay, context.RequestAborted);

        context.Response.Headers.Server = "Python/3.13 aiohttp/3.11.16";
        if (IsForeign(context.Request) && process.Options.CorsOrigin is null)
        {
            context.Response.StatusCode = 403;
            return;
        }

        if (context.Request.ContentLength > process.Options.MaxUploadBytes)
        {
            await TextAsync(context, 413, $"Maximum request body size {process.Options.MaxUploadBytes} exceeded, actual body size {context.Request.ContentLength}");
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception e) when (e is not OperationCanceledException && !context.Response.HasStarted)
        {
            await TextAsync(context, 500, "500 Internal Server Error\n\nServer got itself in trouble");
        }
    }

    // A page of another origin must not drive a server that trusts whoever reaches loopback.
    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.Count > 0 && request.Host.Host is "127.0.0.1" or "localhost"
        && Uri.TryCreate(request.Headers.Origin[0], UriKind.Absolute, out var from) && from.Authority != request.Host.Value;

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
    }
}

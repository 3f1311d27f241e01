using System.Text;
using ComfyFunc.ComfySim.Python;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Net.Http.Headers;

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
            k.ResponseHeaderEncodingSelector = _ => Encoding.UTF8; // File names are sent as they are.
        });
        builder.Services.AddRequestDecompression();

        // The process decides when it ends: several hosts may live in it, and none may swallow its signals.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        var app = builder.Build();
        app.UseWebSockets();
        app.Use((context, next) => GuardAsync(process, context, next));
        app.UseRequestDecompression();
        PromptRoutes.Map(app, process);
        FileRoutes.Map(app, process);
        InfoRoutes.Map(app, process);
        UserRoutes.Map(app, process);
        SocketRoutes.Map(app, process);
        JobRoutes.Map(app, process);
        SimRoutes.Map(app, process);
        return app;
    }

    public static void Both(this WebApplication app, string verb, string path, Func<HttpContext, Task> handle)
    {
        foreach (var prefix in new[] { "", "/api" })
        {
            app.MapMethods(prefix + path, verb == "GET" ? ["GET", "HEAD"] : [verb], (RequestDelegate)(context => handle(context)));
        }
    }

    public static Task JsonAsync(this HttpContext context, object? value, int status = 200) =>
        context.JsonAsync(PyJson.Bytes(value), status);

    public static Task JsonAsync(this HttpContext context, byte[] body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }

    public static async Task<object?> ReadJsonAsync(this HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        return MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.Charset is { HasValue: true } charset
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? PyJson.Parse(Encoding.GetEncoding(charset.Value!).GetString(bytes)) // It has a value.
            : PyJson.Parse(bytes);
    }

    public static string LastSegment(this HttpContext context) => context.Segment(fromEnd: 1);

    /// <summary>A part of the path, wholly decoded: routing leaves an encoded slash as it is.</summary>
    public static string Segment(this HttpContext context, int fromEnd)
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        return Uri.UnescapeDataString(path.Split('/')[^fromEnd]);
    }

    public static Task TextAsync(this HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
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
        {
            await Task.Delay(delay, context.RequestAborted);
        }

        context.Response.Headers.Server = "Python/3.13 aiohttp/3.11.16";
        if (!isOurs && process.Machine.Faults.RefuseWith is > 0 and var refusal)
        {
            await context.TextAsync(refusal, $"{refusal}: {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(refusal)}");
            return;
        }

        if (!isOurs && process.Options.Door is { } token && !Door.IsOpenTo(context.Request, token))
        {
            await context.TextAsync(401, "401: Unauthorized");
            return;
        }

        if (IsForeign(context.Request) && process.Options.CorsOrigin is null)
        {
            context.Response.StatusCode = 403;
            return;
        }

        if (HttpMethods.IsOptions(context.Request.Method))
        {
            return;
        }

        if (context.Request.Path.Value is { Length: > 1 } path && path.EndsWith('/'))
        {
            context.Response.StatusCode = 404;
            return;
        }

        var limit = (long)Math.Round(process.Options.MaxUploadBytes);
        if (context.Request.ContentLength > limit)
        {
            await context.TextAsync(413, TooLarge(limit, context.Request.ContentLength));
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        try
        {
            await (isOurs ? next(context) : OddAnswers.ServeAsync(process, context, next));
            if (context.Response is { StatusCode: 405, HasStarted: false })
            {
                await context.TextAsync(405, "405: Method Not Allowed");
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413 && !context.Response.HasStarted)
        {
            await context.TextAsync(413, TooLarge(limit, limit + 1)); // It came in chunks; nobody counted them all.
        }
        catch (Exception e) when (e is not OperationCanceledException && !context.Response.HasStarted)
        {
            await context.TextAsync(500, "500 Internal Server Error\n\nServer got itself in trouble");
        }
    }

    // A page of another origin must not drive a server that trusts whoever reaches loopback.
    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.Count > 0 && request.Host.Host is "127.0.0.1" or "localhost" or "[::1]"
        && Uri.TryCreate(request.Headers.Origin[0], UriKind.Absolute, out var from) && from.Authority != request.Host.Value;

    private static string TooLarge(long limit, long? actual) => $"Maximum request body size {limit} exceeded, actual body size {actual}";

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

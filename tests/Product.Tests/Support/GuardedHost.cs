using System.Collections.Concurrent;
using System.Net.WebSockets;
using ComfyFunc.ComfySim;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests;

/// <summary>
/// A simulated host behind a door: what does not satisfy the guard is answered 401, everything else is passed on, WebSockets too.
/// </summary>
internal sealed class GuardedHost : IAsyncDisposable
{
    private readonly HttpClient inner;
    private readonly WebApplication app;
    private readonly SimulatedHost host;

    private GuardedHost(SimulatedHost host, WebApplication app)
    {
        (this.host, this.app) = (host, app);
        inner = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    }

    /// <summary>Who may pass.</summary>
    public Func<HttpRequest, bool> Guard { get; set; } = _ => true;

    /// <summary>The paths that were asked for in vain.</summary>
    public ConcurrentQueue<string> TurnedAway { get; } = [];

    public ConcurrentQueue<string> LetIn { get; } = [];

    public SimulatedHost Host => host;

    /// <summary>The bodies of <c>POST /prompt</c>.</summary>
    public ConcurrentQueue<string> Prompts { get; } = [];

    public Uri Url => new(app.Urls.First());

    public static async Task<GuardedHost> StartAsync(Func<HttpRequest, bool> guard, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var guarded = new GuardedHost(await SimulatedHost.StartAsync(new() { Speed = 0 }, cancellationToken), app) { Guard = guard };
        app.UseWebSockets();
        app.Run(guarded.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return guarded;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        inner.Dispose();
        await host.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!Guard(context.Request))
        {
            TurnedAway.Enqueue(context.Request.Path);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        LetIn.Enqueue(context.Request.Path);
        if (context.WebSockets.IsWebSocketRequest)
        {
            await BridgeAsync(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (context.Request.Path == "/prompt")
        {
            Prompts.Enqueue(System.Text.Encoding.UTF8.GetString(body.ToArray()));
        }

        using var request =
            new HttpRequestMessage(new(context.Request.Method), new Uri(host.Url, $"{context.Request.Path}{context.Request.QueryString}"));
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        using var response = await inner.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task BridgeAsync(HttpContext context)
    {
        using var there = new ClientWebSocket();
        await there.ConnectAsync(new UriBuilder(new Uri(host.Url, $"ws{context.Request.QueryString}")) { Scheme = "ws" }.Uri,
            context.RequestAborted);
        using var here = await context.WebSockets.AcceptWebSocketAsync();
        await Task.WhenAny(PassAsync(here, there, context.RequestAborted), PassAsync(there, here, context.RequestAborted));
    }

    private static async Task PassAsync(WebSocket from, WebSocket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        while (await from.ReceiveAsync(buffer, cancellationToken) is { MessageType: not WebSocketMessageType.Close } read)
        {
            await to.SendAsync(buffer.AsMemory(0, read.Count), read.MessageType, read.EndOfMessage, cancellationToken);
        }
    }
}

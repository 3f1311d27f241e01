using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Clients;

/// <summary>Stands between a client and a server, and cuts the line, or answers itself, as a test wants.</summary>
internal sealed class TroubledProxy : IAsyncDisposable
{
    private static readonly string[] OfTheLine = ["Transfer-Encoding", "Connection", "Keep-Alive"];

    private readonly WebApplication app;
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ConcurrentDictionary<string, int> troubled = new();

    private TroubledProxy(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    /// <summary>Every request that came, in turn.</summary>
    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    /// <param name="target">The server's root.</param>
    /// <param name="troubles">What happens to requests whose verb and path begin so, the first times.</param>
    public static async Task<TroubledProxy> StartAsync(Uri target, params (string Request, Trouble Trouble, int Times)[] troubles)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var proxy = new TroubledProxy(builder.Build());
        proxy.app.Run(context => proxy.AnswerAsync(context, target, troubles));
        await proxy.app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, Uri target, (string Request, Trouble Trouble, int Times)[] troubles)
    {
        var request = $"{context.Request.Method} {context.Request.Path}";
        Requests.Enqueue(
            new(request, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        var (pattern, trouble, times) = troubles.FirstOrDefault(t => request.StartsWith(t.Request, StringComparison.Ordinal)
            || (t.Request.EndsWith("/events", StringComparison.Ordinal) && request.EndsWith("/events", StringComparison.Ordinal)));
        trouble = trouble is not null && troubled.AddOrUpdate(pattern, 1, (_, n) => n + 1) <= times ? trouble : null;
        if (trouble is Trouble.Answered answered)
        {
            context.Response.StatusCode = answered.Status;
            context.Response.Headers.RetryAfter = answered.RetryAfter;
            return;
        }

        using var message = Copy(context.Request, target);
        using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (trouble is Trouble.Unanswered)
        {
            context.Abort();
            return;
        }

        await PassAsync(context, answer, (trouble as Trouble.CutAfter)?.Text);
    }

    private static HttpRequestMessage Copy(HttpRequest request, Uri target)
    {
        var message = new HttpRequestMessage(new(request.Method),
            new Uri(target, request.Path.ToUriComponent() + request.QueryString.ToUriComponent()));
        if (request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            message.Content = new StreamContent(request.Body);
        }

        foreach (var (name, values) in request.Headers.Where(h => !OfTheLine.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        return message;
    }

    private static async Task PassAsync(HttpContext context, HttpResponseMessage answer, string? cutAfter)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers)
            .Where(h => !OfTheLine.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var (buffer, passed) = (new byte[16 << 10], "");
        while (await body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read)
        {
            // What comes next finds no line any more: the client has had time to read what came before, which it may not have when the line
            // is cut at once.
            if (cutAfter is not null && passed.Contains(cutAfter, StringComparison.Ordinal))
            {
                context.Abort();
                return;
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            passed += System.Text.Encoding.Latin1.GetString(buffer, 0, cutAfter is null ? 0 : read);
        }
    }
}

/// <summary>What becomes of a request on its way.</summary>
internal abstract record Trouble
{
    private Trouble() { }

    /// <summary>It is carried out, and the line is cut before the answer.</summary>
    public sealed record Unanswered : Trouble;

    /// <summary>The line is cut after the part that has this text.</summary>
    public sealed record CutAfter(string Text) : Trouble;

    /// <summary>It does not get there.</summary>
    public sealed record Answered(int Status, string? RetryAfter = null) : Trouble;
}

/// <summary>A request that came: verb and path, and its headers.</summary>
internal sealed record SeenRequest(string Line, IReadOnlyDictionary<string, string> Headers);

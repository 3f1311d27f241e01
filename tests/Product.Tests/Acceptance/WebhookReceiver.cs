using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>A web server on loopback that keeps what is posted to it, and answers as a test wants.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<Received> received = Channel.CreateUnbounded<Received>();

    private WebhookReceiver(WebApplication app) => this.app = app;

    public string Url => $"{app.Urls.First()}/hook";

    /// <summary>The answers to come; 204 after the last.</summary>
    public Queue<(int Status, string? Location)> Answers { get; } = new();

    public static async Task<WebhookReceiver> StartAsync(params int[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
        foreach (var status in answers)
        {
            receiver.Answers.Enqueue((status, null));
        }

        receiver.app.MapPost("{*path}", receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>The next request, when it comes.</summary>
    // An attempt that died with its process is made again after its hold.
    public async Task<Received> NextAsync() =>
        await received.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(2));

    /// <summary>Whether more has come than was asked for.</summary>
    public bool HasMore => received.Reader.Count > 0;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var headers = request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
        var (status, location) = Answers.TryDequeue(out var answer) ? answer : (204, null);
        received.Writer.TryWrite(new(request.Path, headers, await reader.ReadToEndAsync()));
        if (location is not null)
        {
            request.HttpContext.Response.Headers.Location = location;
        }

        return Results.StatusCode(status);
    }
}

/// <summary>One request that was received.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public string[] Signatures => Headers["webhook-signature"].Split(' ');
}

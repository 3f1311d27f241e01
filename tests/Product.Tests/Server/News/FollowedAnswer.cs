using System.Text;
using ComfyFunc.Server.Following;
using ComfyFunc.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Tests.Server.News;

/// <summary>An answer of Server-Sent Events while it is being written.</summary>
internal sealed class FollowedAnswer : IDisposable
{
    private readonly CancellationTokenSource hangUp = new();
    private readonly Sink body;

    private FollowedAnswer(HttpContext context, IResult result, bool isStuck)
    {
        body = new(isStuck);
        (context.Response.Body, context.RequestAborted) = (body, hangUp.Token);
        Answering = result.ExecuteAsync(context);
    }

    /// <summary>Completes when the answer has ended.</summary>
    public Task Answering { get; }

    public string Text => body.Text;

    /// <param name="isStuck">Whether nothing of it is ever taken in.</param>
    public static async Task<FollowedAnswer> OfAsync(EventEndpoints endpoints, HttpRequest request, bool isStuck) =>
        new(request.HttpContext, await endpoints.Follow(request), isStuck);

    /// <summary>Hangs up once there is this text.</summary>
    public async Task<string> EndAsync(string after)
    {
        await Eventually.IsSoAsync(() => Text.Contains(after, StringComparison.Ordinal));
        await hangUp.CancelAsync();
        await Answering;
        return Text;
    }

    public void Dispose()
    {
        hangUp.Dispose();
        body.Dispose();
    }

    private sealed class Sink(bool isStuck) : MemoryStream
    {
        private readonly StringBuilder text = new();

        public string Text
        {
            get
            {
                lock (text)
                {
                    return text.ToString();
                }
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (isStuck)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            lock (text)
            {
                text.Append(Encoding.UTF8.GetString(buffer.Span));
            }
        }
    }
}

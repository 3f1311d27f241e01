using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>An answer of Server-Sent Events. However it is cut off, the client comes back.</summary>
/// <param name="write">Writes events until it is over, or the caller has hung up.</param>
internal sealed class StreamedAnswer(Func<HttpResponse, CancellationToken, Task> write) : IResult
{
    /// <summary>Functions ends an answer at 230 s; a client that is told comes back at once.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(200);

    /// <summary>After so long without an event a comment is sent.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public const string ContentType = "text/event-stream";

    public const string Beginning = "retry: 1000\n\n";

    public const string StillHere = ": still here\n\n";

    // It is written when the request's handler is done, by somebody else: links are to name the server as that request did all the same.
    private readonly ExecutionContext? answering = ExecutionContext.Capture();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (answering is not null)
        {
            ExecutionContext.Restore(answering);
        }

        var response = httpContext.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back.
        try
        {
            await write(response, httpContext.RequestAborted);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The caller hung up.
        }
        catch (StorageUnavailableException e)
        {
            // What has begun ends: that makes the client come back, and it loses nothing.
            if (!response.HasStarted)
            {
                await Problems.OfStorage(response, e).ExecuteAsync(httpContext);
            }
        }
    }
}

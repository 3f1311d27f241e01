using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Adapters.Web;

/// <summary>
/// Posts to URLs that callers chose, at public addresses only, and follows no redirect: what was signed for one receiver is told no other.
/// </summary>
public sealed partial class GuardedPost : IDisposable
{
    // Receivers are to answer at once and to work later.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly HttpMessageInvoker http;
    private readonly bool allowHttp;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    internal GuardedPost(GuardedDialer dialer, bool allowHttp, TimeProvider clock, ILogger<GuardedPost> logger)
    {
        http = new(GuardedHandler.Create(dialer));
        (this.allowHttp, this.clock, this.logger) = (allowHttp, clock, logger);
    }

    public void Dispose() => http.Dispose();

    /// <returns>Why nothing would ever be posted there, or <see langword="null"/>. Where the host leads is found out at each
    /// attempt.</returns>
    public string? Refusal(Uri url) => FetchUrl.Refusal(url) ?? (url.Scheme is "https" || allowHttp ? null : "The URL is not https.");

    public async Task<PostReply> PostAsync(Uri url, ReadOnlyMemory<byte> json, IEnumerable<KeyValuePair<string, string>> headers,
        CancellationToken cancellationToken)
    {
        if (Refusal(url) is { } refusal)
        {
            return new PostReply.Unanswered(refusal);
        }

        using var content = new ReadOnlyMemoryContent(json) { Headers = { { "Content-Type", "application/json" } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = content,
            Headers = { { "User-Agent", Product.UserAgent } }
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var patience = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return new PostReply.Answered((int)response.StatusCode, RetryAfterOf(response));
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException)
        {
            PostRefused(url.Host);
            return new PostReply.Unanswered("The URL leads to an address that is not public.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            PostFailed(url.Host, e.GetBaseException().Message);
            return new PostReply.Unanswered(
                e is OperationCanceledException ? $"No answer within {Timeout.TotalSeconds} s."
                : e.InnerException is SocketException
                {
                    SocketErrorCode: SocketError.HostNotFound or SocketError.NoData
                    or SocketError.TryAgain
                } ? "The host name has no address."
                : "The server could not be reached.");
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        response.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date - clock.GetUtcNow()) : null;

    [LoggerMessage(EventIds.PostRefused, LogLevel.Warning, "A post to {Host} was refused: its address is not public.")]
    private partial void PostRefused(string host);

    [LoggerMessage(EventIds.PostFailed, LogLevel.Information, "A post to {Host} failed: {Reason}")]
    private partial void PostFailed(string host, string reason);
}

/// <summary>What became of a post.</summary>
public abstract record PostReply
{
    private PostReply() { }

    /// <param name="RetryAfter">How long the receiver wants to be left alone, if it said so.</param>
    public sealed record Answered(int Status, TimeSpan? RetryAfter = null) : PostReply;

    /// <param name="Detail">A sentence that says why.</param>
    public sealed record Unanswered(string Detail) : PostReply;
}

using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Adapters.Web;

/// <summary>Fetches URLs that callers chose, from public addresses only, within limits. The only way out to such URLs.</summary>
public sealed partial class GuardedFetch : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpMessageInvoker http;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    internal GuardedFetch(GuardedDialer dialer, TimeProvider clock, ILogger<GuardedFetch> logger)
    {
        http = new(GuardedHandler.Create(dialer));
        (this.clock, this.logger) = (clock, logger);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Opens a URL, following redirects by hand so that each hop is checked like the first.</summary>
    public async Task<FetchReply> FetchAsync(Uri url, FetchLimits limits, CancellationToken cancellationToken)
    {
        var deadline = new FetchDeadline(limits.Timeout, clock);
        FetchReply? reply = null;
        try
        {
            using var either = deadline.LinkTo(cancellationToken);
            return reply = await FollowAsync(url, limits, deadline, either.Token);
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException)
        {
            FetchRefused(url.Host);
            return new FetchReply.Blocked("The URL leads to an address that is not public.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            FetchFailed(url.Host, e.GetBaseException().Message);
            return new FetchReply.Unreachable(deadline.HasPassed || e is OperationCanceledException ? FetchDeadline.Detail : Explain(e));
        }
        finally
        {
            if (reply is not FetchReply.Opened)
            {
                deadline.Dispose();
            }
        }
    }

    private async Task<FetchReply> FollowAsync(Uri url, FetchLimits limits, FetchDeadline deadline, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            if (FetchUrl.Refusal(url) is { } refusal)
            {
                return new FetchReply.Blocked(refusal);
            }

            var response = await GetAsync(url, cancellationToken);
            if (FetchUrl.RedirectOf(url, response) is not { } next)
            {
                return await OpenAsync(url, response, limits, deadline, cancellationToken);
            }

            response.Dispose();
            url = next;
        }

        return new FetchReply.Unreachable($"The URL redirects more than {MostRedirects} times.");
    }

    private async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, url) { Headers = { { "User-Agent", Product.UserAgent }, { "Accept", "*/*" } } };
        return await http.SendAsync(request, cancellationToken);
    }

    private static async Task<FetchReply> OpenAsync(
        Uri url, HttpResponseMessage response, FetchLimits limits, FetchDeadline deadline, CancellationToken cancellationToken)
    {
        var headers = response.Content.Headers;
        FetchReply? refusal = (int)response.StatusCode != 200
            ? new FetchReply.Unreachable($"The server answered {(int)response.StatusCode}.")
            : headers.ContentLength > limits.MaxBytes ? new FetchReply.TooLarge()
            : null;
        if (refusal is not null)
        {
            response.Dispose();
            return refusal;
        }

        var content = new FetchedStream(await response.Content.ReadAsStreamAsync(cancellationToken), response, limits.MaxBytes, deadline);
        return new FetchReply.Opened(content, headers.ContentLength, headers.ContentType?.MediaType,
            FetchFileName.Of(url, headers.ContentDisposition));
    }

    private static string Explain(Exception e) => e.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            "The host name has no address.",
        System.Security.Authentication.AuthenticationException => "The server's certificate is not trusted.",
        _ => "The server could not be reached.",
    };

    [LoggerMessage(EventIds.FetchRefused, LogLevel.Warning, "A fetch from {Host} was refused: an address on its way is not public.")]
    private partial void FetchRefused(string host);

    [LoggerMessage(EventIds.FetchFailed, LogLevel.Information, "A fetch from {Host} failed: {Reason}")]
    private partial void FetchFailed(string host, string reason);
}

using System.Net;

namespace ComfyFunc.Adapters.Web;

/// <summary>
/// Builds the HTTP handler of every request to a URL that a caller chose: no proxy, no cookies, no redirects of its own, checked addresses
/// only.
/// </summary>
internal static class GuardedHandler
{
    public static SocketsHttpHandler Create(GuardedDialer dialer) => new()
    {
        ConnectCallback = dialer.ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        Credentials = null,
        AutomaticDecompression = DecompressionMethods.All,
        MaxResponseHeadersLength = 32,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        // Trace ids are ours; a stranger's server has no use for them.
        ActivityHeadersPropagator = null,
    };
}

namespace ComfyFunc.Adapters.Web;

/// <summary>What a URL must look like before its host is even resolved.</summary>
internal static class FetchUrl
{
    /// <returns>Why the URL is refused, or <see langword="null"/>.</returns>
    public static string? Refusal(Uri url) => url switch
    {
        { IsAbsoluteUri: false } => "The URL is not absolute.",
        { Scheme: not ("http" or "https") } => "Only http and https URLs are fetched.",
        { UserInfo.Length: > 0 } => "The URL carries a user name or password.",
        _ => HasHost(url) ? null : "The URL has no host.",
    };

    /// <returns>Where a redirect leads, or <see langword="null"/> when the response is none, or leads to no URL.</returns>
    public static Uri? RedirectOf(Uri url, HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308
        && response.Headers.Location is { } location
        && Uri.TryCreate(url, location, out var next) ? next : null;

    // A name that only looks like punycode is parsed, but cannot be spelled for a name service.
    private static bool HasHost(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}

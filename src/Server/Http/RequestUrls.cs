using Microsoft.AspNetCore.Http;

namespace ComfyFunc;

/// <summary>Makes paths absolute for headers and links that clients follow without knowing where they are.</summary>
public static class RequestUrls
{
    public static string Absolute(this HttpRequest request, string path) => $"{SchemeOf(request)}://{request.Host}{request.PathBase}{path}";

    // TLS ends before the app, on Azure and behind most proxies. Whoever forges the header misleads only himself.
    private static string SchemeOf(HttpRequest request) => request.Headers["X-Forwarded-Proto"] is [("http" or "https") and { } scheme, ..] ? scheme : request.Scheme;
}

using System.Net;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Callers;

/// <summary>
/// Keeps the web pages of strangers from acting here. A browser on this machine or in this network reaches the server as its user does;
/// what a page cannot do is leave out <c>Origin</c>, name another <c>Host</c> than the one that it asked for, or send JSON without having
/// asked.
/// </summary>
public sealed class PageGuard(ComfyFuncOptions options, AllowedOrigins origins)
{
    private const string FunctionKey = "x-functions-key";

    /// <param name="body">What its body may be; <see langword="null"/> where nobody reads it.</param>
    /// <returns>The answer that turns the request away; <see langword="null"/> lets it in.</returns>
    public IResult? Refusal(HttpRequest request, BodyKind? body)
    {
        if (!Serves(request.Host))
        {
            return Problems.From(
                FaultCode.MisdirectedRequest,
                $"This server does not go by the name '{request.Host.Host}'. If it is to, name it in ComfyFunc:AllowedHosts, or set "
                    + $"ComfyFunc:PublicUrl.");
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return null;
        }

        return ForeignPage(request) is { } page
            ? Problems.From(FaultCode.Forbidden,
                $"Pages of {page} may not act here. If they are to, name their origin in ComfyFunc:Cors:Origins.")
            : body is { } kind and not BodyKind.Bytes ? Unreadable(request, kind) : null;
    }

    /// <summary>
    /// Whether the server goes by a name. Where no keys guard it, a name that a stranger can point here is none of them (DNS rebinding).
    /// </summary>
    public bool Serves(HostString host)
    {
        var name = host.Host.TrimEnd('.');
        if (options.AllowedHosts.Count == 0 && options.AsksForKeys)
        {
            return true;
        }

        // Addresses and names without a dot are in nobody's zone.
        return name.Length == 0 || !name.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(name.Trim('[', ']'), out _)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || name.Equals(options.PublicUrl?.Host, StringComparison.OrdinalIgnoreCase)
            || options.AllowedHosts.Any(h => IsLike(name, h));
    }

    // Pages that may act: those of this server, those that are allowed, and those of whoever has a key that no page of a stranger has.
    private string? ForeignPage(HttpRequest request)
    {
        if (request.Headers.ContainsKey(FunctionKey))
        {
            return null;
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
        {
            return IsOwn(origin, request) || origins.Allow(origin) ? null : origin == "null" ? "an unknown origin" : origin;
        }

        return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" ? "another origin" : null;
    }

    private bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (IsAt(page, request.Host)
            || (options.PublicUrl is { } url
                && Uri.Compare(page, url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0));

    // TLS may end before this server, so the scheme tells nothing.
    private static bool IsAt(Uri page, HostString host) =>
        page.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is { } port ? page.Port == port : page.IsDefaultPort);

    private static IResult? Unreadable(HttpRequest request, BodyKind body)
    {
        if (request.ContentType is not { Length: > 0 } type)
        {
            return HasBody(request) && body is not BodyKind.None ? Refuse("The body has no Content-Type.", body) : null;
        }

        var parsed = MediaTypeHeaderValue.TryParse(type, out var media) ? media : null;
        var isJson = parsed is not null
            && (parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
        var isForm = parsed?.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ?? false;
        if (isJson || (isForm && body is BodyKind.JsonOrForm && !LooksLikePage(request)))
        {
            return parsed!.Charset is { HasValue: true } charset
                && !charset.Value!.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                ? Problems.From(FaultCode.UnsupportedMediaType, $"The body is sent as {charset}; JSON is UTF-8.")
                : null;
        }

        if (body is BodyKind.JsonOrFile && parsed is not null && IsFile(parsed))
        {
            return null;
        }

        return isForm && body is BodyKind.JsonOrForm
            ? Problems.From(FaultCode.Forbidden,
                "A form that a browser sends without saying from which page needs the header X-Requested-With.")
            : HasBody(request) || body is not BodyKind.None ? Refuse($"The body is sent as '{type}'.", body) : null;
    }

    // No page can send one of these to another server unasked.
    private static bool IsFile(MediaTypeHeaderValue type) =>
        new[] { "image", "video", "audio" }.Contains(type.Type.ToString(), StringComparer.OrdinalIgnoreCase)
        || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase);

    // A browser so old that it does not say where a form comes from.
    private static bool LooksLikePage(HttpRequest request) =>
        request.Headers.Origin.Count == 0 && !request.Headers.ContainsKey("Sec-Fetch-Site")
        && (request.Headers.Referer.Count > 0 || request.Headers.Cookie.Count > 0)
        && !request.Headers.ContainsKey("X-Requested-With");

    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;

    private static IResult Refuse(string what, BodyKind body) => Problems.From(
        FaultCode.UnsupportedMediaType,
        $"{what} Send JSON with Content-Type: "
            + $"application/json{Also(body)} (curl: -H 'Content-Type: "
            + $"application/json').");

    private static string Also(BodyKind body) => body switch
    {
        BodyKind.JsonOrForm => ", or a multipart/form-data",
        BodyKind.JsonOrFile => ", or a file with a type such as image/png or application/octet-stream",
        _ => "",
    };

    private static bool IsLike(string name, string pattern) =>
        pattern == "*" || name.Equals(pattern, StringComparison.OrdinalIgnoreCase)
        || (pattern.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase));
}

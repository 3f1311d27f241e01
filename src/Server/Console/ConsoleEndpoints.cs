using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Console.ConsoleEndpoints>;

namespace ComfyFunc.Server.Console;

/// <summary>
/// The console, and the ways that lead to it. It holds nothing of the server's and needs no key: all that it shows and does goes through
/// the API, with the key of whoever looks.
/// </summary>
public sealed class ConsoleEndpoints(ISasMinter links, IEnumerable<StorageLinks> storage) : IEndpoints
{
    private const string Base = "<base href=\"/console/\">";
    private const string ForEver = "public, max-age=31536000, immutable";

    private static readonly string[] Told = [At.Docs, At.OpenApi, At.Workflows, At.Runs, At.Hosts, At.Pool, At.Health, At.Ready];

    // By path base: there are as many as there are proxies in front.
    private readonly ConcurrentDictionary<string, ConsoleFile> pages = new(StringComparer.Ordinal);
    private readonly Lazy<string> policy = new(() => PolicyWith(storage.FirstOrDefault(s => s.Minter == links)?.Account));

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ShowStart", "GET", At.Start, Role.None, RouteGroup.Service, null, (_, r, _) => Task.FromResult(Redirect(r)))
        {
            IsPage = true,
        },
        new Route("ShowApi", "GET", At.ApiStart, Role.None, RouteGroup.Service, null, (_, r, _) => Task.FromResult(Index(r)))
        {
            IsPage = true,
        },
        new Route("ShowConsole", "GET", At.Console, Role.None, RouteGroup.Service, null, (e, r, _) => Task.FromResult(e.Show(r)))
        {
            IsPage = true,
        },
    ];

    /// <summary>GET /console and everything below it.</summary>
    public IResult Show(HttpRequest request)
    {
        var path = request.RouteValues["path"] as string ?? "";
        if (ConsoleFiles.All.TryGetValue(path, out var file) && path != ConsoleFiles.Page)
        {
            return Send(request, file, path.StartsWith(ConsoleFiles.Assets, StringComparison.Ordinal) ? ForEver : "no-cache");
        }

        if (path.StartsWith(ConsoleFiles.Assets, StringComparison.Ordinal))
        {
            return Problems.From(FaultCode.NotFound, "The console has no such file. Load it anew: there may be a newer one.");
        }

        request.HttpContext.Response.Headers.ContentSecurityPolicy = policy.Value;
        return Send(request, pages.GetOrAdd(request.PathBase.Value ?? "", PageAt), "no-cache");
    }

    // A person is shown the console, a program where everything is.
    private static IResult Index(HttpRequest request)
    {
        request.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        return request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase)
            ? Redirect(request)
            : Results.Json(
                new JsonObject
                {
                    ["name"] = "ComfyFunc",
                    ["version"] = Product.Version,
                    ["links"] = new JsonObject(Told.Select(r =>
                        KeyValuePair.Create(r[(r.LastIndexOf('/') + 1)..].Split('.')[0], (JsonNode?)$"{request.PathBase}/{r}"))),
                },
                ServerJson.Options);
    }

    private static IResult Redirect(HttpRequest request) => Results.Redirect($"{request.PathBase}/console/");

    private static IResult Send(HttpRequest request, ConsoleFile file, string caching)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = caching;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        var takesGzip = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (takesGzip)
        {
            headers.ContentEncoding = "gzip";
        }

        return Results.File(takesGzip ? file.Compressed : file.Bytes, file.ContentType, entityTag: file.Tag);
    }

    private static ConsoleFile PageAt(string pathBase) => ConsoleFile.Of(ConsoleFiles.Page, Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(ConsoleFiles.All[ConsoleFiles.Page].Bytes)
            .Replace(Base, $"<base href=\"{WebUtility.HtmlEncode(pathBase)}/console/\">", StringComparison.Ordinal)));

    /// <summary>
    /// Nothing comes from elsewhere but files of the storage account, by their links; nothing goes elsewhere; no script or style stands in
    /// the page itself; and nobody frames it.
    /// </summary>
    private static string PolicyWith(Uri? account)
    {
        var files = account is null ? "'self'" : $"'self' {account.GetLeftPart(UriPartial.Authority)}";
        return $"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src {files} data: blob:; "
            + $"media-src {files} blob:; connect-src {files}; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'none'; "
            + "frame-ancestors 'none'; object-src 'none'";
    }
}

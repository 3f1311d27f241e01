using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Callers;

/// <summary>The web pages that may use the API from a browser (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).</summary>
public sealed class AllowedOrigins
{
    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    // What answers say beside their bodies.
    private static readonly string[] Exposed =
    [
        HeaderNames.Location, "Operation-Location", "Azure-AsyncOperation", HeaderNames.RetryAfter, HeaderNames.ETag, HeaderNames.Age,
        "X-Cache", "Idempotent-Replayed", "Preference-Applied", HeaderNames.WWWAuthenticate, HeaderNames.AcceptRanges,
        HeaderNames.ContentRange, HeaderNames.ContentDisposition,
    ];

    private readonly CorsService service;
    private readonly CorsPolicy? policy;

    public AllowedOrigins(ComfyFuncOptions options, ILoggerFactory loggers)
    {
        service = new(Options.Create(new CorsOptions()), loggers);
        if (options.Cors.Origins.Count > 0)
        {
            var builder = new CorsPolicyBuilder().AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(Exposed)
                .SetPreflightMaxAge(PreflightAge);
            policy = (options.Cors.Origins.Contains(CorsConstants.AnyOrigin) ? builder.AllowAnyOrigin()
                : builder.WithOrigins([.. options.Cors.Origins]).SetIsOriginAllowedToAllowWildcardSubdomains()).Build();
        }
    }

    /// <summary>
    /// Whether a setting is an origin as browsers write it, perhaps with <c>*.</c> for every name below, or <c>*</c> for all.
    /// </summary>
    public static bool IsOrigin(string text) => text == CorsConstants.AnyOrigin
        || (Uri.TryCreate(text.Replace("://*.", "://any.", StringComparison.Ordinal), UriKind.Absolute, out var url)
            && url is { Scheme: "http" or "https", UserInfo: "", PathAndQuery: "/", Fragment: "" } && !text.EndsWith('/'));

    public bool Allow(string origin) => policy is not null && (policy.AllowAnyOrigin || policy.IsOriginAllowed(origin));

    /// <summary>Tells the browser, on any answer, whether a page may read it; on a preflight, whether it may ask.</summary>
    public void Tell(HttpContext context)
    {
        if (policy is null)
        {
            return;
        }

        var origin = context.Request.Headers.Origin.ToString();
        var isAllowed = origin.Length > 0 && Allow(origin);
        if (isAllowed)
        {
            service.ApplyResult(service.EvaluatePolicy(context, policy), context.Response);
        }

        // What a cache keeps for one page is not for another, nor what it keeps for none.
        var vary = context.Response.Headers.Vary;
        if (!policy.AllowAnyOrigin && !vary.Contains(HeaderNames.Origin))
        {
            context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        }

        // A page of the Internet that asks a server of the local network (https://wicg.github.io/private-network-access).
        if (isAllowed && context.Request.Headers["Access-Control-Request-Private-Network"] == "true")
        {
            context.Response.Headers["Access-Control-Allow-Private-Network"] = "true";
        }
    }
}

using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Net.Http.Headers;

namespace ComfyFunc.Server.Api;

/// <summary>What is answered where no endpoint has this path and this verb.</summary>
internal static class Elsewhere
{
    private const string Docs = $"/api/{Routes.Docs}";

    private static readonly (TemplateMatcher Matcher, ApiRoute Route)[] Matchers =
        [.. RouteTable.All.Select(r => (new TemplateMatcher(new RouteTemplate(RoutePatternFactory.Parse($"api/{r.Pattern}")), []), r))];

    public static IResult Answer(HttpRequest request)
    {
        var path = request.Path.Value?.TrimEnd('/') ?? "";
        if (path.Length == 0 || path.Equals("/api", StringComparison.OrdinalIgnoreCase))
        {
            return Start(request, path.Length > 0);
        }

        string[] allowed = [.. Matchers.Where(m => m.Matcher.TryMatch(path, [])).SelectMany(m => m.Route.Verbs)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (allowed.Length == 0)
        {
            return Problems.From(FaultCode.NotFound, $"There is nothing at {request.Path}. What there is, /api tells.");
        }

        request.HttpContext.Response.Headers.Allow = string.Join(", ", allowed.Append(HttpMethods.Options));
        return HttpMethods.IsOptions(request.Method)
            ? Results.NoContent()
            : Problems.From(FaultCode.MethodNotAllowed,
                $"{request.Method} is not for {request.Path}; {string.Join(", ", allowed)} {(allowed.Length == 1 ? "is" : "are")}.");
    }

    // A person is shown the docs, a program where everything is.
    private static IResult Start(HttpRequest request, bool isApi)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            request.HttpContext.Response.Headers.Allow = $"{HttpMethods.Get}, {HttpMethods.Head}, {HttpMethods.Options}";
            return HttpMethods.IsOptions(request.Method) ? Results.NoContent()
                : Problems.From(FaultCode.MethodNotAllowed, $"{request.Method} is not for {request.Path}; GET and HEAD are.");
        }

        request.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        return !isApi || request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? Results.Redirect($"{request.PathBase}{Docs}")
            : Results.Json(
                new JsonObject
                {
                    ["name"] = "ComfyFunc",
                    ["version"] = Product.Version,
                    ["links"] = new JsonObject(new[] { Routes.Docs, Routes.OpenApi, Routes.Workflows, Routes.Runs, Routes.Hosts,
                        Routes.Pool, Routes.Health, Routes.Ready }
                        .Select(r => KeyValuePair.Create(r.Split('.')[0], (JsonNode?)$"{request.PathBase}/api/{r}"))),
                },
                ServerJson.Options);
    }
}

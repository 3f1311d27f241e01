using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;

namespace ComfyFunc.Server.Api;

/// <summary>What is answered where no endpoint has this path and this verb.</summary>
internal static class Elsewhere
{
    private static readonly (TemplateMatcher Matcher, ApiRoute Route)[] Matchers =
        [.. RouteTable.All.Where(r => r.Pattern != Routes.Start)
            .Select(r => (new TemplateMatcher(new RouteTemplate(RoutePatternFactory.Parse(r.Pattern)), []), r))];

    // Its pattern would match everything.
    private static readonly string[] Start = RouteTable.All.Single(r => r.Pattern == Routes.Start).Verbs;

    public static IResult Answer(HttpRequest request)
    {
        var path = request.Path.Value?.TrimEnd('/') ?? "";
        string[] allowed = [.. (path.Length == 0 ? Start : Matchers.Where(m => m.Matcher.TryMatch(path, [])).SelectMany(m => m.Route.Verbs))
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
}

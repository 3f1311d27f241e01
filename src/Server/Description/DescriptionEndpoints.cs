using System.Collections.Immutable;
using System.Net.Mime;
using System.Security.Cryptography;
using ComfyFunc.Callers;
using ComfyFunc.Pool;
using ComfyFunc.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace ComfyFunc.Description;

/// <summary>The endpoints that describe the API as it is now: with the workflows that are saved and what the pool can run.</summary>
public sealed class DescriptionEndpoints(WorkflowStore workflows, LiveWorkflows live)
{
    private const int PageSize = 200;

    /// <summary>GET /api/openapi.json.</summary>
    public async Task<IResult> AllAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var found = new List<(string Name, int Version, Contract Contract)>();
        string? continuation = null;
        do
        {
            var page = await workflows.PageAsync(PageSize, continuation, cancellationToken);
            foreach (var row in page.Workflows.Where(r => request.Caller().Scope.Has(r.Name)))
            {
                found.Add(await ContractOfAsync(row, cancellationToken));
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
        return await AnswerAsync(request, ApiDescription.Of(WorkflowDescription.Of(found), ServerOf(request)), cancellationToken);
    }

    /// <summary>GET /api/workflows/{name}/openapi.json.</summary>
    public async Task<IResult> OneAsync(HttpRequest request, string name, CancellationToken cancellationToken)
    {
        if (await workflows.FindAsync(name, cancellationToken) is not { DeletedAt: null } row)
        {
            return WorkflowEndpoints.NotFound(name);
        }

        ImmutableArray<WorkflowDescription> described = WorkflowDescription.Of([await ContractOfAsync(row, cancellationToken)]);
        return await AnswerAsync(request, ApiDescription.Of(described[0], ServerOf(request)), cancellationToken);
    }

    /// <summary>GET /api/docs: the page that shows the description and lets a reader try it.</summary>
    public static Task<IResult> PageAsync(HttpRequest request)
    {
        request.HttpContext.Response.Headers.ContentSecurityPolicy = DocsPage.SecurityPolicy;
        return Task.FromResult(Results.Content(DocsPage.Html(request.Query["code"].FirstOrDefault()), MediaTypeNames.Text.Html));
    }

    /// <summary>GET /api/docs/scalar.js: what the page is made with.</summary>
    public static Task<IResult> ScriptAsync(HttpRequest request)
    {
        var response = request.HttpContext.Response;
        response.Headers.CacheControl = "public, max-age=3600";
        if (request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            response.Headers.ContentEncoding = "gzip";
            return Task.FromResult(Results.Stream(DocsPage.OpenCompressedScript(), MediaTypeNames.Text.JavaScript));
        }

        return Task.FromResult(Results.Stream(DocsPage.OpenScript(), MediaTypeNames.Text.JavaScript));
    }

    private static string ServerOf(HttpRequest request) => request.Absolute("");

    private async Task<(string Name, int Version, Contract Contract)> ContractOfAsync(WorkflowRow row, CancellationToken cancellationToken) =>
        (row.Name, row.Latest.Version, (await live.OfAsync(row.Latest, cancellationToken)).Workflow.Contract);

    private static async Task<IResult> AnswerAsync(HttpRequest request, OpenApiDocument document, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1, cancellationToken);
        var bytes = json.ToArray();
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..16])}\"";
        var headers = request.HttpContext.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "no-cache";
        return request.Headers.IfNoneMatch is [{ } known, ..] && EntityTags.Match(known, tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(bytes, MediaTypeNames.Application.Json);
    }
}

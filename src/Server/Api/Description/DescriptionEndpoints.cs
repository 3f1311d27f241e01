using System.Collections.Immutable;
using System.Net.Mime;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Workflows;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Api.Description.DescriptionEndpoints>;

namespace ComfyFunc.Server.Api.Description;

/// <summary>The endpoints that describe the API as it is now: with the workflows that are saved and what the pool can run.</summary>
public sealed class DescriptionEndpoints(WorkflowStore workflows, LiveWorkflows live, WrittenDescriptions written) : IEndpoints
{
    private static readonly ImmutableArray<ApiAnswer> Document = [new(200, "OpenAPI 3.1.", Shape.Object), ApiAnswer.NotModified];

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("Describe", "GET", At.OpenApi, Role.Run, RouteGroup.Service, "This document.", (e, r, ct) => e.AllAsync(r, ct))
        {
            Answers = Document,
        },
        new Route("DescribeWorkflow", "GET", At.WorkflowOpenApi, Role.Run, RouteGroup.Service, "This document for one workflow.",
            (e, r, ct) => e.OneAsync(r, r.InPath("name"), ct))
        {
            Answers = Document,
            Problems = [404],
        },
        // A page without any data; what it loads needs a key.
        new Route("ShowDocs", "GET", At.Docs, Role.None, RouteGroup.Service, null, (_, r, _) => PageAsync(r)),
        new Route("GetDocsScript", "GET", At.DocsScript, Role.None, RouteGroup.Service, null, (_, r, _) => ScriptAsync(r)),
    ];

    private const int PageSize = 200;

    /// <summary>GET /api/openapi.json.</summary>
    public async Task<IResult> AllAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var found = new List<WorkflowRow>();
        string? continuation = null;
        do
        {
            // The page before gave the continuation.
            var page = (await workflows.PageAsync(PageSize, continuation, cancellationToken))!;
            found.AddRange(page.Workflows.Where(r => request.Caller().Scope.Has(r.Name)));
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return await AnswerAsync(request, string.Join('\n', request.Caller().Scope.Patterns), found, ApiDescription.Of, cancellationToken);
    }

    /// <summary>GET /api/workflows/{name}/openapi.json.</summary>
    public async Task<IResult> OneAsync(HttpRequest request, string name, CancellationToken cancellationToken) =>
        await workflows.FindAsync(name, cancellationToken) is { DeletedAt: null } row
            ? await AnswerAsync(request, $"/{row.Name}", [row],
                (described, server) => ApiDescription.Of(described[0], server), cancellationToken)
            : WorkflowEndpoints.NotFound(name);

    /// <summary>GET /api/docs: the page that shows the description and lets a reader try it.</summary>
    public static Task<IResult> PageAsync(HttpRequest request)
    {
        request.HttpContext.Response.Headers.ContentSecurityPolicy = DocsPage.SecurityPolicy;
        return Task.FromResult(Results.Content(DocsPage.Html, MediaTypeNames.Text.Html));
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

    private async Task<IResult> AnswerAsync(
        HttpRequest request, string subject, IReadOnlyCollection<WorkflowRow> rows,
        Func<ImmutableArray<WorkflowDescription>, string, OpenApiDocument> make, CancellationToken cancellationToken)
    {
        var server = request.Absolute("");
        var madeOf = string.Join('\n', rows.Select(r => $"{r.Name}/{r.Latest.Version}/{r.Latest.Content}/{r.Latest.Catalog}")
            .Append(live.PoolKey));
        var description = await written.OfAsync($"{server} {subject}", madeOf,
            async () => make(await DescribeAsync(rows, cancellationToken), server), cancellationToken);
        var headers = request.HttpContext.Response.Headers;
        headers.ETag = description.ETag;
        headers.CacheControl = "no-cache";
        return !EntityTags.MeetsIfNoneMatch(request.Headers.IfNoneMatch, description.ETag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(description.Json, MediaTypeNames.Application.Json);
    }

    private async Task<ImmutableArray<WorkflowDescription>> DescribeAsync(IReadOnlyCollection<WorkflowRow> rows,
        CancellationToken cancellationToken)
    {
        var described = ImmutableArray.CreateBuilder<WorkflowDescription>(rows.Count);
        foreach (var row in rows)
        {
            described.Add(new(row.Name, row.Latest.Version, (await live.OfAsync(row.Latest, cancellationToken)).Workflow.Contract));
        }

        return described.MoveToImmutable();
    }
}

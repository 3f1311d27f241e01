using System.Collections.Immutable;
using System.Globalization;
using System.Net.Mime;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Following.OutputEndpoints>;

namespace ComfyFunc.Server.Following;

/// <summary>The endpoints of a run's outputs: each of them, as the caller wants it, or all in one file.</summary>
public sealed class OutputEndpoints(RunStore runs, RunResource resource, Renditions renditions, OutputBundle bundle, OutputLinks links)
    : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetRunOutputs", "GET", At.RunOutputs, Role.Run, RouteGroup.Runs, "A run's outputs by tag, or all in one file.",
            (e, r, ct) => e.ListAsync(r, r.InPath("id"), ct))
        {
            Query = [
                QueryParameters.OneOf("bundle", "zip sends to one file with all outputs, a folder for each tag.", "zip"),
                Preferences.OutputQuery, .. Rendition.Query,
            ],
            QueryFaults = Rendition.FaultsOf,
            Answers = [
                new(200, "By tag.", Shape.MapOf(Shape.ListOf(SchemaNames.Output), "By tag.")),
                ApiAnswer.Redirect,
            ],
            Problems = [400, 404, 409],
        },
        new Route("GetRunOutput", "GET", At.RunOutput, Role.Run, RouteGroup.Runs, "Sends to a fresh download link.",
            (e, r, ct) => e.GetAsync(r, r.InPath("id"), r.InPath("tag"), r.InPath("n"), ct))
        {
            Path = [new("n", Schemas.Integer("Counts from 0.").Within(0, null))],
            Query = Rendition.Query,
            QueryFaults = Rendition.FaultsOf,
            Answers = [ApiAnswer.Redirect, new(200, "A text.") { Content = [new(MediaTypeNames.Text.Plain, Shape.Text)] }],
            Problems = [400, 404, 422],
        },
        new Route("GetRunOutputByLink", "GET", At.RunOutputLink, Role.None, RouteGroup.Runs,
            "Sends to the thumbnail of an output, by its thumbnailUrl: it needs no key.",
            (e, r, ct) => e.GetByLinkAsync(r, r.InPath("id"), r.InPath("tag"), r.InPath("n"), ct))
        {
            Path = [new("n", Schemas.Integer("Counts from 0.").Within(0, null))],
            Query = [.. Rendition.Query, .. OutputLinks.Query],
            QueryFaults = Rendition.FaultsOf,
            Answers = [ApiAnswer.Redirect],
            Problems = [400, 403, 404, 422],
        },
    ];

    /// <summary>GET /api/runs/{id}/outputs: by tag; with <c>?bundle=zip</c> sends the caller to one file with all of them.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        var rendition = Rendition.Read(request.Query).Rendition;
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        if (!request.Query.ContainsKey("bundle"))
        {
            return Results.Json(await resource.OutputsAsync(run, new OutputView(Preferences.Of(request, new()).Output, rendition),
                cancellationToken), ServerJson.Options);
        }

        return run.Artifacts.IsEmpty
            ? Problems.From(FaultCode.Conflict, run.Outcome is null ? "The run has not ended." : "The run has no outputs.")
            : await RedirectAsync(await bundle.MakeAsync(run, rendition, cancellationToken), cancellationToken);
    }

    /// <summary>GET /api/runs/{id}/outputs/{tag}/{n}: sends the caller to a fresh download URL.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string id, string tag, string n, CancellationToken cancellationToken) =>
        await runs.FindAsync(request, id, cancellationToken) is { } run
            ? await SendAsync(request, run, tag, n, cancellationToken) : RunAnswers.NotFound(id);

    /// <summary>
    /// GET /api/links/runs/{id}/outputs/{tag}/{n}: the same for whoever has a link that was signed for it. Without, nothing tells whether
    /// the run exists.
    /// </summary>
    public async Task<IResult> GetByLinkAsync(HttpRequest request, string id, string tag, string n, CancellationToken cancellationToken)
    {
        if (!RunId.TryParse(id, out var run)
            || !await links.IsSignedAsync(run, tag, n, Rendition.Read(request.Query).Rendition, request.Query, cancellationToken))
        {
            return RunAnswers.NotFound(id);
        }

        if (links.IsOver(request.Query))
        {
            return Problems.From(FaultCode.Forbidden, "The link's time is over. Ask for the run again.");
        }

        request.HttpContext.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return await runs.FindAsync(run, cancellationToken) is { } record
            ? await SendAsync(request, record, tag, n, cancellationToken) : RunAnswers.NotFound(id);
    }

    private async Task<IResult> SendAsync(HttpRequest request, RunRecord run, string tag, string n, CancellationToken cancellationToken)
    {
        var artifacts = ArtifactsOf(run, tag);
        if (!int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= artifacts.Length)
        {
            return Problems.From(FaultCode.NotFound, $"The run has no output {n} under the tag '{tag}'.");
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var artifact = artifacts[index];
        if (Rendition.Read(request.Query).Rendition is not { } rendition)
        {
            return artifact.Text is { } text ? Results.Text(text) : await RedirectAsync(artifact, cancellationToken);
        }

        return await renditions.MakeAsync(run.Id, artifact, rendition, cancellationToken) is { } made
            ? await RedirectAsync(made, cancellationToken)
            : Problems.From(FaultCode.OutputNotConvertible,
                "Still PNG, JPEG and WebP images of up to 64 megapixels and 128 MiB can be converted, and metadata can be taken out of "
                    + "the kinds of file that docs/workflows.md lists.");
    }

    // Servers leave %2F in a path as it is, so a tag with a slash comes escaped.
    private static RunArtifact[] ArtifactsOf(RunRecord run, string tag)
    {
        var unescaped = Uri.UnescapeDataString(tag);
        (string Name, StringComparison Comparison)[] ways =
            [(tag, StringComparison.Ordinal), (tag, StringComparison.OrdinalIgnoreCase), (unescaped, StringComparison.Ordinal),
                (unescaped, StringComparison.OrdinalIgnoreCase)];
        return ways.Select(w => run.Artifacts.Where(a => string.Equals(a.Tag, w.Name, w.Comparison)).ToArray())
            .FirstOrDefault(a => a.Length > 0) ?? [];
    }

    private async Task<IResult> RedirectAsync(RunArtifact artifact, CancellationToken cancellationToken) =>
        Results.Redirect((await resource.UrlOfAsync(artifact, cancellationToken)).Url.AbsoluteUri);
}

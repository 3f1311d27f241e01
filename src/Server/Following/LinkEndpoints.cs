using System.Collections.Immutable;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Following.LinkEndpoints>;

namespace ComfyFunc.Server.Following;

/// <summary>
/// The endpoints behind signed links. They need no key: the signature is the proof, and without it nothing tells whether a run exists.
/// </summary>
public sealed class LinkEndpoints(RunStore runs, RunLinks links, RunAnswers answers) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetRunByLink", "GET", At.RunLink, Role.None, RouteGroup.Runs,
            "The run, by the resourceLocation of its status: it needs no key.", (e, r, ct) => e.RunAsync(r, r.InPath("id"), ct))
        {
            Query = [RunLinks.SignatureQuery],
            Answers = [new(200, "The run.", SchemaNames.Run)],
            Problems = [404],
        },
        new Route("GetRunStatusByLink", "GET", At.RunStatusLink, Role.None, RouteGroup.Runs,
            "The same by the link that a call was answered with: it needs no key.", (e, r, ct) => e.StatusAsync(r, r.InPath("id"), ct))
        {
            Query = [RunLinks.SignatureQuery],
            Answers = RunAnswers.OfStatus,
            Problems = [404],
        },
        new Route("CancelRunByLink", "POST", At.RunCancelLink, Role.None, RouteGroup.Runs,
            "Cancels a run by the link that a call was answered with: it needs no key, and tells no more than the run's status.",
            (e, r, ct) => e.CancelAsync(r, r.InPath("id"), ct))
        {
            Query = [RunLinks.SignatureQuery],
            Answers = [new(200, "It has ended.", SchemaNames.StoppedRun), new(202, "It is being stopped.", SchemaNames.StoppedRun)],
            Problems = [404],
        },
    ];

    /// <summary>
    /// GET /api/links/runs/{id}: the run, for whoever may see its status. Pollers that followed that link get their result here.
    /// </summary>
    public async Task<IResult> RunAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await FindAsync(request, id, LinkAction.Status, cancellationToken) is { } run
        ? await answers.ShowAsync(request, run, cancellationToken) : RunAnswers.NotFound(id);

    /// <summary>GET /api/links/runs/{id}/status</summary>
    public async Task<IResult> StatusAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await FindAsync(request, id, LinkAction.Status, cancellationToken) is { } run
        ? await answers.StatusAsync(request, run, cancellationToken) : RunAnswers.NotFound(id);

    /// <summary>POST /api/links/runs/{id}/cancel</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await FindAsync(request, id, LinkAction.Cancel, cancellationToken) is { } run
        ? await answers.CancelBlindlyAsync(request, run.Id, cancellationToken) : RunAnswers.NotFound(id);

    private async Task<RunRecord?> FindAsync(HttpRequest request, string id, LinkAction action, CancellationToken cancellationToken) =>
        RunId.TryParse(id, out var run)
        && await links.IsSignedAsync(run, action, request.Query[RunLinks.Signature].FirstOrDefault(), cancellationToken)
            ? await runs.FindAsync(run, cancellationToken)
            : null;
}

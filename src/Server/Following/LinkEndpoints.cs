using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>
/// The endpoints behind signed links. They need no key: the signature is the proof, and without it nothing tells whether a run exists.
/// </summary>
public sealed class LinkEndpoints(RunStore runs, RunLinks links, RunAnswers answers)
{
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

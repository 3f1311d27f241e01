using System.Collections.Immutable;
using System.Text;
using ComfyFunc.Engine;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Batches.BatchResultEndpoints>;

namespace ComfyFunc.Server.Batches;

/// <summary>The endpoints for what came of a batch as a whole: a table of its runs, and one file with all their outputs.</summary>
public sealed class BatchResultEndpoints(BatchStore batches, BatchResource resource, RunStore runs, RunResource runResource,
    OutputBundle bundle) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("GetBatchTable", "GET", At.BatchTable, Role.Run, RouteGroup.Runs,
            "A batch as CSV: a row for each call, with what varied, seeds, status, times and links.",
            (e, r, ct) => e.TableAsync(r, r.InPath("id"), ct))
        {
            Answers = [new(200, "The table.") { Content = [new("text/csv", Shape.Text)] }],
            Problems = [404],
        },
        new Route("GetBatchOutputs", "GET", At.BatchOutputs, Role.Run, RouteGroup.Runs,
            "All outputs of a batch that has ended in one file, a folder for each run.",
            (e, r, ct) => e.OutputsAsync(r, r.InPath("id"), ct))
        {
            Query = [QueryParameters.OneOf("bundle", null, "zip") with { IsRequired = true }, BundleLinkView.Query, .. Rendition.Query],
            QueryFaults = FaultsOf,
            Answers = [BundleLinkView.Answer, ApiAnswer.Redirect],
            Problems = [400, 404, 409],
        },
    ];

    /// <summary>GET /api/batches/{id}/runs.csv: a row for each call, of a batch under way for those that were made.</summary>
    public async Task<IResult> TableAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is not { } batch)
        {
            return BatchEndpoints.NotFound(id);
        }

        var calls = await batches.CallsAsync(batch, cancellationToken);
        var rows = await runs.OfBatchAsync(new(batch.Id), batch.LastRun, cancellationToken);
        var headers = request.HttpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentDisposition = $"attachment; filename=\"batch-{batch.Id}.csv\"";
        return Results.Text(BatchSheet.Of(batch, calls.Axes, rows, request.Absolute), "text/csv; header=present", Encoding.UTF8);
    }

    /// <summary>GET /api/batches/{id}/outputs?bundle=zip: sends the caller to one file with all of them, a folder for each run.</summary>
    public async Task<IResult> OutputsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is not { } batch)
        {
            return BatchEndpoints.NotFound(id);
        }

        // The file is made once, so it has to be the last word.
        if (!(await resource.StandingAsync(batch, cancellationToken)).HasEnded)
        {
            return Problems.From(FaultCode.Conflict, "The batch has not ended. Its runs' outputs so far are on the runs.");
        }

        var made = (await runs.OfBatchAsync(new(batch.Id), batch.LastRun, cancellationToken)).Where(r => !r.Artifacts.IsEmpty)
            .OrderBy(r => r.Place?.Index ?? int.MaxValue).ToImmutableArray();
        if (made.IsEmpty)
        {
            return Problems.From(FaultCode.Conflict, "No run of the batch has outputs.");
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var rendition = Rendition.Read(request.Query).Rendition;
        var file = await bundle.MakeAsync(BatchStore.BundleOf(batch.Id, rendition), $"{batch.Workflow}-{batch.Id}", made,
            rendition, cancellationToken);
        return BundleLinkView.Of(request.Query, await runResource.UrlOfAsync(file, cancellationToken));
    }

    private static ImmutableArray<Fault> FaultsOf(IQueryCollection query) =>
    [
        .. Rendition.FaultsOf(query),
        .. query.ContainsKey("bundle") ? ImmutableArray<Fault>.Empty : [
            new(FaultCode.InvalidRequest, "All outputs of a batch are to be had as bundle=zip; those of a run are on the run.", "/bundle"),
        ],
    ];
}

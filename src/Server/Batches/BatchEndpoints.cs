using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Telemetry;
using ComfyFunc.Server.Usage;
using ComfyFunc.Server.Webhooks;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Batches.BatchEndpoints>;

namespace ComfyFunc.Server.Batches;

/// <summary>The endpoints of batches: many runs of one workflow, accepted at once.</summary>
public sealed class BatchEndpoints(BatchStore batches, BatchResource resource, CallBinder binder, ExtraData extraData, Quotas quotas,
    GuardedPost post, BatchBell bell, ComfyFuncOptions options, TimeProvider clock) : IEndpoints
{
    private static readonly ApiBody Inputs = new(SchemaNames.BatchInputs)
    {
        Example = call => new JsonObject { ["inputs"] = new JsonArray(call.DeepClone(), call.DeepClone()) },
    };

    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("RunBatch", "POST", At.WorkflowBatches, Role.Run, RouteGroup.Runs,
            "Runs the latest version many times: a list of inputs, or a matrix to sweep.",
            (e, r, ct) => e.SubmitAsync(r, r.InPath("name"), null, ct))
        {
            CallsSaved = true,
            Query = CallTerms.Demands,
            QueryFaults = Call.FaultsOf,
            Body = Inputs,
            Answers = [new(202, "The batch.", SchemaNames.Batch)],
            Problems = CallTerms.Problems,
        },
        new Route("RunVersionBatch", "POST", At.VersionBatches, Role.Run, RouteGroup.Runs,
            "The same for one version, or the one that an alias names.",
            (e, r, ct) => e.SubmitAsync(r, r.InPath("name"), r.InPath("version"), ct))
        {
            CallsSaved = true,
            Query = CallTerms.Demands,
            QueryFaults = Call.FaultsOf,
            Body = Inputs,
            Answers = [new(202, "The batch.", SchemaNames.Batch)],
            Problems = CallTerms.Problems,
        },
        new Route("ListBatches", "GET", At.Batches, Role.Run, RouteGroup.Runs,
            "Lists batches, newest first, without the calls that were refused.", (e, r, ct) => e.ListAsync(r, ct))
        {
            Query = [
                RunFilterReader.WorkflowQuery, QueryParameters.OneOf("status", null, [.. BatchStanding.Statuses]),
                ClientFilter.Query, .. Paging.QueryOfRuns,
            ],
            Answers = [new(200, "A page; it may be short while there is a continuation.", SchemaNames.BatchList)],
            Problems = [400],
        },
        new Route("GetBatch", "GET", At.Batch, Role.Run, RouteGroup.Runs, "How far a batch is; its runs are at /api/runs?batch=.",
            (e, r, ct) => e.GetAsync(r, r.InPath("id"), ct))
        {
            Answers = [new(200, "The batch.", SchemaNames.Batch)],
            Problems = [404],
        },
        new Route("CancelBatch", "POST", At.BatchCancel, Role.Run, RouteGroup.Runs, "Makes no more runs, and cancels those that are open.",
            (e, r, ct) => e.CancelAsync(r, r.InPath("id"), ct))
        {
            Answers = [new(200, "It had ended.", SchemaNames.Batch), new(202, "The batch.", SchemaNames.Batch)],
            Problems = [404],
        },
    ];

    private const int MostFaults = 100;
    private const int LooksAtOnce = 16;

    // A batch's own members are no tags.
    private static readonly Contract Nothing = new([], []);

    /// <summary>
    /// POST /api/workflows/{name}/batches and …/versions/{version}/batches: 202 when every call of it is right; otherwise none is made.
    /// </summary>
    public async Task<IResult> SubmitAsync(HttpRequest request, string name, string? version, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, options.MaxBodyBytes, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, $"The body is larger than {options.MaxBodyBytes} bytes.");
        }

        var (webhook, faults) = WebhookWishes.Of(request.Query, post);
        if (!faults.IsEmpty)
        {
            return Problems.From(faults);
        }

        var call = Call.Read(request.Query, name, version, body);
        switch (StrictJson.Parse(body))
        {
            case StrictJson.Malformed malformed:
                return Problems.From(malformed.Fault);
            case StrictJson.Parsed { Root: var root }:
                var extra = ExtraDataReader.Split(root, Nothing);
                var metadata = MetadataReader.Split(extra.Rest, Nothing);
                var (common, contradiction) = MetadataReader.Either(call.Metadata, metadata.Given);
                var (inputs, axes, wrong) = BatchBody.Read(metadata.Rest, Batch.Most);
                wrong = (extra.Fault ?? metadata.Fault ?? contradiction) is { } unfit ? [unfit] : wrong;
                return wrong.IsEmpty
                    ? await AcceptAsync(request,
                        call.SentBy(request) with { Webhook = webhook, ExtraData = extra.Given, Metadata = null, CommonMetadata = common },
                        inputs, axes, cancellationToken)
                    : Problems.From(wrong);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>GET /api/batches: newest first; filters workflow, status and client; pages by continuation.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ClientFilter.Refusal(request) is { } refusal ? Problems.From(refusal) : Json(await PageAsync(request, cancellationToken));

    /// <summary>GET /api/batches/{id}: how far it is.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await batches.FindAsync(request, id, cancellationToken) is { } batch
        ? Json(await ShowAsync(request, batch, cancellationToken)) : NotFound(id);

    /// <summary>POST /api/batches/{id}/cancel: makes no more calls and cancels the runs that are open; 200 when none was.</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is not { } found)
        {
            return NotFound(id);
        }

        if (await resource.StandingAsync(found, cancellationToken) is { HasEnded: true } standing)
        {
            return Json(BatchResource.Show(standing, request.Caller().Role is Role.Admin, isListed: false));
        }

        var now = clock.GetUtcNow();
        var batch = await batches.ChangeAsync(
            found.Id,
            b => b.Ended is not null ? b
                : b with
                {
                    CancelRequestedAt = b.CancelRequestedAt ?? now,
                    IsDone = b.CancelRequestedAt is not null && b.IsDone,
                    HeldUntil = now
                },
            cancellationToken);
        bell.Ring();
        return Json(await ShowAsync(request, batch ?? found, cancellationToken), StatusCodes.Status202Accepted);
    }

    // Where its runs are shows in their table, so that each batch may cost a look: a page ends where the looking did.
    private async Task<JsonObject> PageAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var status = request.Query["status"].FirstOrDefault();
        var size = Paging.SizeOf(request);
        var page = await batches.PageAsync(request.Query["workflow"].FirstOrDefault(), ClientFilter.Of(request),
            status is null ? size : BatchStore.MostLookedAt, Paging.ContinuationOf(request), cancellationToken);
        var shown = new JsonArray();
        foreach (var some in page.Batches.Chunk(LooksAtOnce))
        {
            foreach (var standing in await Task.WhenAll(some.Select(b => resource.StandingAsync(b, cancellationToken))))
            {
                if (status is null || standing.Status.Equals(status, StringComparison.OrdinalIgnoreCase))
                {
                    shown.Add(BatchResource.Show(standing, request.Caller().Role is Role.Admin, isListed: true));
                }

                if (shown.Count == size && standing.Batch.Id != page.Batches[^1].Id)
                {
                    return new() { ["batches"] = shown, ["continuation"] = standing.Batch.Id };
                }
            }
        }

        return page.Continuation is { } next ? new() { ["batches"] = shown, ["continuation"] = next } : new() { ["batches"] = shown };
    }

    private async Task<IResult> AcceptAsync(HttpRequest request, Call call, ImmutableArray<JsonObject> inputs,
        ImmutableArray<BatchAxis> axes, CancellationToken cancellationToken)
    {
        var faults = new List<Fault>();
        BindReply.Bound? bound = null;
        var bodies = inputs.Select(i => i.ToJsonString()).ToArray();
        for (var i = 0; i < bodies.Length && faults.Count < MostFaults; i++)
        {
            switch (await binder.BindAsync(call with { Body = Encoding.UTF8.GetBytes(bodies[i]) }, cancellationToken))
            {
                case BindReply.Refused { Faults: [var missing, ..] } when missing.Code == FaultCode.WorkflowNotFound:
                    return Problems.From(missing);
                case BindReply.Refused refused:
                    faults.AddRange(refused.Faults.Select(f => f with { Pointer = $"/inputs/{i}{f.Pointer}" }));
                    break;
                case BindReply.Bound { ExtraData: not null }:
                    // The calls of a batch are stored as they are.
                    faults.Add(new(FaultCode.InvalidInput, "extra_data of a batch stands beside its inputs, and is for all of them.",
                        $"/inputs/{i}/{ExtraDataReader.Member}"));
                    break;
                case BindReply.Bound b:
                    bound = b;
                    break;
            }
        }

        if (faults.Count > 0 || bound is null)
        {
            return Problems.From([.. faults]);
        }

        if (await quotas.RefusalAsync(request.HttpContext.Response, call.Client, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var id = RunIds.New(clock).Value;
        ImmutableArray<BatchCall> calls = [.. bodies.Select(b => new BatchCall(RunIds.New(clock), b))];
        var batch = new Batch
        {
            Id = id,
            LastRun = calls[^1].Run,
            Client = call.Client,
            SeesAll = call.SeesAll,
            Server = call.Server,
            Workflow = bound.Name,
            Version = bound.Version.Version,
            Total = bodies.Length,
            CreatedAt = clock.GetUtcNow(),
            Priority = call.Priority,
            Demands = call.Demands,
            StartWithin = call.StartWithin,
            FinishWithin = call.FinishWithin,
            Webhook = call.Webhook,
            Metadata = call.CommonMetadata,
            TraceParent = Traces.Current,
            ExtraData = await extraData.OfBatchAsync(id, call.ExtraData, cancellationToken),
        };
        await batches.InsertAsync(batch, new(calls) { Axes = axes }, cancellationToken);
        bell.Ring();
        var response = request.HttpContext.Response;
        response.Headers.Location = request.Absolute(Paths.Batch(batch.Id));
        response.Headers.RetryAfter = "1";
        return Json(await ShowAsync(request, batch, cancellationToken), StatusCodes.Status202Accepted);
    }

    private async Task<JsonObject> ShowAsync(HttpRequest request, Batch batch, CancellationToken cancellationToken) =>
        BatchResource.Show(await resource.StandingAsync(batch, cancellationToken), request.Caller().Role is Role.Admin, isListed: false);

    internal static IResult NotFound(string id) => Problems.From(FaultCode.NotFound, $"There is no batch '{id}'.");

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) =>
        Results.Json(document, ServerJson.Options, statusCode: status);
}

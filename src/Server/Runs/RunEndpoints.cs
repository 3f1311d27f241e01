using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ComfyFunc.Callers;
using ComfyFunc.Outputs;
using ComfyFunc.Pool;
using ComfyFunc.Storage;
using ComfyFunc.Usage;
using ComfyFunc.Web;
using ComfyFunc.Webhooks;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Runs;

/// <summary>The endpoints that run a workflow and look after its runs. Kestrel maps them; Functions triggers call them.</summary>
public sealed class RunEndpoints(
    CallBody bodies, RunIntake intake, CallExplainer explainer, KeyedCalls keyed, RunEventStream events, PendingStore pending, RunStore runs, RunWaiter waiter, RunResource resource, RunRemoval removal, IRunDriver driver, GuardedPost post, Quotas quotas, ComfyFuncOptions options, TimeProvider clock)
{
    private const int LargestPage = 200;
    private const string QueueFullSeconds = "10";

    /// <summary>POST /api/workflows/{name} and …/versions/{version}: runs it.</summary>
    public async Task<IResult> SubmitAsync(HttpRequest request, string name, string? version, CancellationToken cancellationToken)
    {
        var read = await bodies.ReadAsync(request, cancellationToken);
        if (read is not CallBodyReply.Read body)
        {
            return Problems.From(((CallBodyReply.Refused)read).Faults);
        }

        var (call, faults) = Call.Read(request.Query, name, version, body.Json);
        var (webhook, webhookFaults) = WebhookWishes.Of(request.Query, post);
        var renditionFaults = Rendition.Read(request.Query).Faults;
        if (!faults.IsEmpty || !webhookFaults.IsEmpty || !renditionFaults.IsEmpty)
        {
            return Problems.From([.. faults, .. webhookFaults, .. renditionFaults]);
        }

        call = call.SentBy(request) with { Webhook = webhook, MayReuse = webhook is null && !AsksForAnew(request) };
        if (string.Equals(request.Query["validateOnly"], "true", StringComparison.OrdinalIgnoreCase))
        {
            return await explainer.ExplainAsync(call, cancellationToken) switch
            {
                ExplainReply.Refused refused => Problems.From(refused.Fault),
                ExplainReply.Explained explained => Json(explained.Document),
                _ => throw new UnreachableException(),
            };
        }

        var (key, fault) = CallKey.Of(request, body.Essence.Span);
        if (fault is not null)
        {
            return Problems.From(fault);
        }

        if (key is null)
        {
            return await RunAsync(request, call, cancellationToken);
        }

        switch (await keyed.ClaimAsync(key, cancellationToken))
        {
            case KeyReply.Reused:
                return Problems.From("idempotency_key_reuse", "This key was used for another call within the last 24 hours. A new call needs a new key.");
            case KeyReply.Found { Run: var run }:
                request.HttpContext.Response.Headers["Idempotent-Replayed"] = "true";
                return await WaitAndAnswerAsync(request, run, cancellationToken);
            case KeyReply.Claimed { Run: var id }:
                return await RunAsync(request, call with { Run = id }, cancellationToken, refused: () => keyed.FreeAsync(key, CancellationToken.None));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>POST /api/runs/{id}/retry: the same call once more, as a run of its own.</summary>
    public async Task<IResult> RetryAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, id, TimeSpan.Zero, cancellationToken) is not { } old)
        {
            return NotFound(id);
        }

        if (old.Outcome is null)
        {
            return Problems.From("conflict", "The run has not ended. Only an ended run can be run again.");
        }

        if (await quotas.RefusalAsync(request.HttpContext.Response, old.Client, cancellationToken) is { } overQuota)
        {
            return overQuota;
        }

        if (await intake.RepeatAsync(old, cancellationToken) is not { } run)
        {
            return Problems.From("conflict", "The run's input files are gone. Call the workflow anew.");
        }

        await driver.StartAsync(run.Id, cancellationToken);
        return await WaitAndAnswerAsync(request, run, cancellationToken);
    }

    /// <summary>GET /api/runs/{id}/events: the run's events as they happen; <c>Last-Event-ID</c> goes on after one.</summary>
    public async Task<IResult> EventsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, id, TimeSpan.Zero, cancellationToken) is not { } run)
        {
            return NotFound(id);
        }

        var last = request.Headers["Last-Event-ID"].FirstOrDefault() ?? "0";
        return int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? events.Follow(run, after, withPreviews: string.Equals(request.Query["previews"], "true", StringComparison.OrdinalIgnoreCase))
            : Problems.From("invalid_request", "Last-Event-ID is an id that this stream has sent.");
    }

    private async Task<IResult> RunAsync(HttpRequest request, Call call, CancellationToken cancellationToken, Func<Task>? refused = null)
    {
        IntakeReply? reply = null;
        try
        {
            if (pending.Known.Count >= options.MaxQueued)
            {
                request.HttpContext.Response.Headers.RetryAfter = QueueFullSeconds;
                return Problems.From("queue_full", $"{options.MaxQueued} runs wait for a slot already. Try again later.");
            }

            if (await quotas.RefusalAsync(request.HttpContext.Response, call.Client, cancellationToken) is { } overQuota)
            {
                return overQuota;
            }

            reply = await intake.AcceptAsync(call, cancellationToken);
        }
        finally
        {
            if (reply is not IntakeReply.Accepted && refused is not null)
            {
                await refused();
            }
        }

        switch (reply)
        {
            case IntakeReply.Refused { Faults: var faults }:
                return Problems.From(faults);
            case IntakeReply.Known { Run: var known }:
                var headers = request.HttpContext.Response.Headers;
                headers.Age = $"{(long)(clock.GetUtcNow() - known.CompletedAt.GetValueOrDefault()).TotalSeconds}"; // It has ended.
                headers["X-Cache"] = "HIT";
                return await WaitAndAnswerAsync(request, known, cancellationToken);
            case IntakeReply.Accepted { Run: var run }:
                await driver.StartAsync(run.Id, cancellationToken);
                return await WaitAndAnswerAsync(request, run, cancellationToken);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<IResult> WaitAndAnswerAsync(HttpRequest request, RunRecord run, CancellationToken cancellationToken)
    {
        var preferences = Preferences.Of(request, options.Answers);
        var now = run.Outcome is null && preferences.Wait > TimeSpan.Zero ? await waiter.WaitAsync(run.Id, preferences.Wait, cancellationToken) ?? run : run;
        return await AnswerAsync(request, now, preferences, cancellationToken);
    }

    /// <summary>GET /api/runs: newest first; filters workflow and status; pages by continuation.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var query = request.Query;
        RunStatus? status = null;
        if (query["status"].FirstOrDefault() is { } text)
        {
            if (!Enum.TryParse<RunStatus>(text, ignoreCase: true, out var parsed) || int.TryParse(text, out _))
            {
                return Problems.From("invalid_request", $"status is one of {string.Join(", ", Enum.GetValues<RunStatus>().Select(RunResource.NameOf))}.", "/status");
            }

            status = parsed;
        }

        try
        {
            var page = await runs.PageAsync(new RunFilter(query["workflow"].FirstOrDefault(), status, ClientToList(request), query["batch"].FirstOrDefault()), Paging.SizeOf(request, LargestPage), Paging.ContinuationOf(request), cancellationToken);
            return Json(new JsonObject { ["runs"] = await resource.ShowAllAsync(page.Runs, OutputForm.Url, cancellationToken), ["continuation"] = page.Continuation });
        }
        catch (FormatException)
        {
            return Paging.BadContinuation();
        }
    }

    /// <summary>GET /api/runs/{id}; Prefer: wait holds the answer back until the run has ended.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (Rendition.Read(request.Query).Faults is { IsEmpty: false } faults)
        {
            return Problems.From(faults);
        }

        var preferences = Preferences.Of(request, options.Answers with { Wait = 0, Return = ReturnForm.Representation });
        if (await FindAsync(request, id, preferences.Wait, cancellationToken) is not { } run)
        {
            return NotFound(id);
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return preferences.Return is ReturnForm.Minimal && run.Outcome is RunOutcome.Succeeded
            ? Json(await resource.MinimalAsync(run, preferences.View, cancellationToken))
            : Json(await resource.ShowAsync(run, preferences.View, cancellationToken));
    }

    /// <summary>GET /api/runs/{id}/status: the shape that Durable's HTTP API has, so that Logic Apps and CallHttp follow it.</summary>
    public async Task<IResult> StatusAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, id, TimeSpan.Zero, cancellationToken) is not { } run)
        {
            return NotFound(id);
        }

        var response = request.HttpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (run.Outcome is null)
        {
            response.Headers.Location = request.Absolute(Paths.Status(run.Id));
            response.Headers.RetryAfter = "1";
        }

        return Json(await DurableStatus.OfAsync(run, resource, cancellationToken), run.Outcome is null ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }

    /// <summary>POST /api/runs/{id}/cancel: 202 while it is being stopped, 200 when it had ended already.</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, id, TimeSpan.Zero, cancellationToken) is not { Id: var runId })
        {
            return NotFound(id);
        }

        var now = clock.GetUtcNow();
        var run = await runs.ChangeAsync(runId, r => r.Outcome is null && r.CancelRequestedAt is null ? r with { CancelRequestedAt = now } : r, cancellationToken);
        if (run is null)
        {
            return NotFound(id);
        }

        if (run.Outcome is null)
        {
            await driver.SignalAsync(runId, new RunEvent.CancelRequested(now), cancellationToken);
            var preferences = Preferences.Of(request, options.Answers with { Wait = 0 });
            run = await waiter.WaitAsync(runId, preferences.Wait, cancellationToken) ?? run;
        }

        return await AnswerAsync(request, run, new(TimeSpan.Zero, OutputForm.Url, ReturnForm.Representation), cancellationToken);
    }

    /// <summary>DELETE /api/runs/{id}: the row and its blobs; a run that has not ended is refused.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(request, id, TimeSpan.Zero, cancellationToken) is not { } run)
        {
            return NotFound(id);
        }

        if (run.Outcome is null)
        {
            return Problems.From("conflict", "The run has not ended. Cancel it first.");
        }

        await removal.RemoveAsync(run, cancellationToken);
        return Results.NoContent();
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, RunRecord run, Preferences preferences, CancellationToken cancellationToken)
    {
        var response = request.HttpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (run.Outcome is RunOutcome.Succeeded && preferences.Return is ReturnForm.Minimal)
        {
            response.Headers["Preference-Applied"] = "return=minimal";
            return Json(await resource.MinimalAsync(run, preferences.View, cancellationToken));
        }

        if (run.Outcome is RunOutcome.Failed or RunOutcome.Expired && preferences.Return is ReturnForm.Minimal)
        {
            return Problems.From(run.Outcome is RunOutcome.Failed failed ? failed.Fault.Code : "start_deadline_exceeded", FailureOf(run));
        }

        var shown = await resource.ShowAsync(run, preferences.View, cancellationToken);
        if (run.Outcome is not null)
        {
            return Json(shown);
        }

        var status = request.Absolute(Paths.Status(run.Id));
        response.Headers.Location = status;
        response.Headers["Operation-Location"] = status;
        response.Headers.RetryAfter = "1";
        shown["statusQueryGetUri"] = status;
        shown["terminatePostUri"] = request.Absolute(Paths.Cancel(run.Id));
        return Json(shown, StatusCodes.Status202Accepted);
    }

    private static string FailureOf(RunRecord run) => run.Outcome is RunOutcome.Failed f ? $"Run {run.Id} failed: {f.Fault.Message}" : $"Run {run.Id} found no slot before its start deadline.";

    private async Task<RunRecord?> FindAsync(HttpRequest request, string id, TimeSpan wait, CancellationToken cancellationToken) =>
        RunId.TryParse(id, out var runId) && await runs.FindAsync(runId, cancellationToken) is { } run && request.Caller().Sees(run)
            ? wait > TimeSpan.Zero && run.Outcome is null ? await waiter.WaitAsync(runId, wait, cancellationToken) : run
            : null;

    // RFC 9111.
    private static bool AsksForAnew(HttpRequest request) =>
        request.Headers.CacheControl.ToString() is var control && (control.Contains("no-cache", StringComparison.OrdinalIgnoreCase) || control.Contains("no-store", StringComparison.OrdinalIgnoreCase));

    private static string? ClientToList(HttpRequest request) => request.Caller() is { Role: not Role.Admin, Client: var own } ? own : request.Query["client"].FirstOrDefault();

    private static IResult NotFound(string id) => Problems.From("not_found", $"There is no run '{id}'.");

    private static IResult Json(JsonObject document, int status = StatusCodes.Status200OK) => Results.Json(document, ServerJson.Options, statusCode: status);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Following.RunEndpoints>;

namespace ComfyFunc.Server.Following;

/// <summary>The endpoints that look after runs. Kestrel maps them; Functions triggers call them.</summary>
public sealed class RunEndpoints(
    RunStore runs, RunWaiter waiter, RunResource resource, RunAnswers answers, RunEventStream events, RunRemoval removal,
    ComfyFuncOptions options) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("ListRuns", "GET", At.Runs, Role.Run, RouteGroup.Runs,
            "Lists runs, newest first. metadata.{key}=value asks for those whose metadata has this member.",
            (e, r, ct) => e.ListAsync(r, ct))
        {
            Query = [
                .. RunFilterReader.Query, QueryParameters.OneOf("include", "inputs shows what each was called with.", "inputs"),
                .. Paging.QueryOfRuns,
            ],
            Answers = [new(200, "A page; it may be short while there is a continuation.", SchemaNames.RunList)],
            Problems = [400],
        },
        new Route("GetRun", "GET", At.Run, Role.Run, RouteGroup.Runs, "Shows a run.", (e, r, ct) => e.GetAsync(r, r.InPath("id"), ct))
        {
            Headers = [new(Preferences.Header, "wait=n holds the answer back until the run has ended, 220 s at most.")],
            Query = [Preferences.OutputQuery, .. Rendition.Query],
            QueryFaults = Rendition.FaultsOf,
            Answers = [new(200, "The run.", SchemaNames.Run)],
            Problems = [404],
        },
        new Route("DeleteRun", "DELETE", At.Run, Role.Run, RouteGroup.Runs, "Deletes an ended run with its files.",
            (e, r, ct) => e.DeleteAsync(r, r.InPath("id"), ct))
        {
            Answers = [new(204, "Deleted.")],
            Problems = [404, 409],
        },
        new Route("GetRunStatus", "GET", At.RunStatus, Role.Run, RouteGroup.Runs, "The run's status as Durable's HTTP API shows it.",
            (e, r, ct) => e.StatusAsync(r, r.InPath("id"), ct))
        {
            Answers = RunAnswers.OfStatus,
            Problems = [404],
        },
        new Route("FollowRun", "GET", At.RunEvents, Role.Run, RouteGroup.Runs, "The run's events as they happen, as Server-Sent Events.",
            (e, r, ct) => e.EventsAsync(r, r.InPath("id"), ct))
        {
            Headers = [new("Last-Event-ID", "Goes on after this event.")],
            Query = [
                QueryParameters.Flag("previews", "true sends pictures of work in progress too: contentType and base64."),
            ],
            Answers = [
                new(200, "status for every change, progress in between; the last status has the whole run. It ends with the run, or after "
                    + "200 s.")
                {
                    Content = [new(StreamedAnswer.ContentType, Shape.Text)],
                },
                new(204, "The run has ended, and Last-Event-ID was its last event."),
            ],
            Problems = [400, 404],
        },
        new Route("CancelRun", "POST", At.RunCancel, Role.Run, RouteGroup.Runs, "Cancels a run.",
            (e, r, ct) => e.CancelAsync(r, r.InPath("id"), ct))
        {
            Headers = [new(Preferences.Header, "wait=n waits for the end.")],
            Answers = [new(200, "It has ended.", SchemaNames.Run), new(202, "It is being stopped.", SchemaNames.Run)],
            Problems = [404],
        },
    ];

    /// <summary>GET /api/runs/{id}/events: the run's events as they happen; <c>Last-Event-ID</c> goes on after one.</summary>
    public async Task<IResult> EventsAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        if (HttpMethods.IsHead(request.Method))
        {
            return Results.Content(null, StreamedAnswer.ContentType);
        }

        var last = request.Headers["Last-Event-ID"].FirstOrDefault() ?? "0";
        if (!int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            return Problems.From(FaultCode.InvalidRequest, "Last-Event-ID is an id that this stream has sent.", "/Last-Event-ID");
        }

        // An EventSource comes back whenever a stream ends, unless it is answered that there is nothing more to come.
        return run.Outcome is not null && after >= RunChange.Of(run).Length
            ? Results.NoContent()
            : events.Follow(run, RunView.For(request, new(OutputForm.Url)), after, withPreviews: request.Query.IsSet("previews"));
    }

    /// <summary>GET /api/runs: newest first; filters by what a run is of, was given and when; pages by continuation.</summary>
    public async Task<IResult> ListAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (ClientFilter.Refusal(request) is { } refusal)
        {
            return Problems.From(refusal);
        }

        var include = request.Query["include"].FirstOrDefault();
        var page = await runs.PageAsync(RunFilterReader.Read(request), Paging.SizeOf(request), Paging.ContinuationOf(request),
            cancellationToken);
        var view = RunView.For(request, new(OutputForm.Url), hasInputs: include is not null);
        return RunAnswers.Json(new JsonObject
        {
            ["runs"] = await resource.ShowAllAsync(page.Runs, view, cancellationToken),
            ["continuation"] = page.Continuation
        });
    }

    /// <summary>GET /api/runs/{id}; Prefer: wait holds the answer back until the run has ended.</summary>
    public async Task<IResult> GetAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var preferences = Preferences.Of(request, options.Answers with { Wait = 0, Return = ReturnForm.Representation });
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        if (preferences.Wait > TimeSpan.Zero && run.Outcome is null)
        {
            run = await waiter.WaitAsync(run.Id, preferences.Wait, cancellationToken) ?? run;
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var isMinimal = preferences.Return is ReturnForm.Minimal && run.Outcome is RunOutcome.Succeeded;
        Preferences.Tell(request, isMinimal);
        return isMinimal
            ? RunAnswers.Json(await resource.MinimalAsync(run, preferences.View, cancellationToken))
            : RunAnswers.Json(await resource.ShowAsync(run, RunView.For(request, preferences.View), cancellationToken));
    }

    /// <summary>GET /api/runs/{id}/status: the shape that Durable's HTTP API has, so that Logic Apps and CallHttp follow it.</summary>
    public async Task<IResult> StatusAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        return await answers.StatusAsync(request, run, cancellationToken);
    }

    /// <summary>POST /api/runs/{id}/cancel: 202 while it is being stopped, 200 when it had ended already.</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        return await runs.FindAsync(request, id, cancellationToken) is { } run
            ? await answers.CancelAsync(request, run.Id, cancellationToken) : RunAnswers.NotFound(id);
    }

    /// <summary>DELETE /api/runs/{id}: the row and its blobs; a run that has not ended is refused.</summary>
    public async Task<IResult> DeleteAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } run)
        {
            return RunAnswers.NotFound(id);
        }

        if (run.Outcome is null)
        {
            return Problems.From(FaultCode.Conflict, "The run has not ended. Cancel it first.");
        }

        await removal.RemoveAsync(run, cancellationToken);
        return Results.NoContent();
    }
}

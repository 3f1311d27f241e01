using System.Collections.Immutable;
using System.Diagnostics;
using ComfyFunc.Adapters.Web;
using ComfyFunc.Engine;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Webhooks;
using Microsoft.AspNetCore.Http;
using At = ComfyFunc.Server.Http.Routes;
using Route = ComfyFunc.Server.Http.ApiRoute<ComfyFunc.Server.Calls.CallEndpoints>;

namespace ComfyFunc.Server.Calls;

/// <summary>The endpoints that call a workflow, the first time or again. Kestrel maps them; Functions triggers call them.</summary>
public sealed class CallEndpoints(CallBody bodies, CallExplainer explainer, KeyedCalls keyed, CallStart starts, RunStore runs,
    RunAnswers answers, GuardedPost post) : IEndpoints
{
    public static ImmutableArray<ApiRoute> Routes { get; } =
    [
        new Route("RunWorkflow", "POST", At.Workflow, Role.Run, RouteGroup.Runs, "Runs the latest version of a workflow.",
            (e, r, ct) => e.SubmitAsync(r, r.InPath("name"), null, ct))
        {
            CallsSaved = true,
            Headers = CallTerms.AnyHeaders,
            Query = CallTerms.AnyQuery,
            QueryFaults = CallTerms.FaultsOf,
            Body = CallTerms.AnyBody,
            Answers = CallTerms.AnyAnswers,
            Problems = CallTerms.Problems,
        },
        new Route("RunWorkflowVersion", "POST", At.Version, Role.Run, RouteGroup.Runs, "Runs a version of a workflow.",
            (e, r, ct) => e.SubmitAsync(r, r.InPath("name"), r.InPath("version"), ct))
        {
            CallsSaved = true,
            Headers = CallTerms.AnyHeaders,
            Query = CallTerms.AnyQuery,
            QueryFaults = CallTerms.FaultsOf,
            Body = CallTerms.AnyBody,
            Answers = CallTerms.AnyAnswers,
            Problems = CallTerms.Problems,
        },
        new Route("RetryRun", "POST", At.RunRetry, Role.Run, RouteGroup.Runs, "Makes an ended run's call once more, as a run of its own.",
            (e, r, ct) => e.RetryAsync(r, r.InPath("id"), ct))
        {
            Headers = [new(Preferences.Header, "wait=n waits for the end.")],
            Answers = CallTerms.Started(SchemaNames.Run),
            Problems = [404, 409, 429],
        },
    ];

    /// <summary>POST /api/workflows/{name} and …/versions/{version}: runs it.</summary>
    public async Task<IResult> SubmitAsync(HttpRequest request, string name, string? version, CancellationToken cancellationToken)
    {
        var read = await bodies.ReadAsync(request, cancellationToken);
        if (read is not CallBodyReply.Read body)
        {
            return Problems.From(((CallBodyReply.Refused)read).Faults);
        }

        var (webhook, faults) = WebhookWishes.Of(request.Query, post);
        if (!faults.IsEmpty)
        {
            return Problems.From(faults);
        }

        var call = Call.Read(request.Query, name, version, body.Json).SentBy(request) with
        {
            Parts = body.Parts,
            Webhook = webhook,
            MayReuse = webhook is null && !AsksForAnew(request),
        };
        if (request.Query.IsSet("validateOnly"))
        {
            return await explainer.ExplainAsync(call, cancellationToken) switch
            {
                ExplainReply.Refused refused => Problems.From(refused.Fault),
                ExplainReply.Explained explained => RunAnswers.Json(explained.Document, contentType: AnswerTypes.Explanation),
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
                return Problems.From(FaultCode.IdempotencyKeyReuse,
                    "This key was used for another call within the last 24 hours. A new call needs a new key.");
            case KeyReply.Found { Run: var run }:
                request.HttpContext.Response.Headers["Idempotent-Replayed"] = "true";
                return await answers.WaitAndAnswerAsync(request, run, cancellationToken);
            case KeyReply.Claimed { Run: var id }:
                return await RunAsync(request, call with { Run = id }, cancellationToken, (key, id));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>POST /api/runs/{id}/retry: the same call once more, as a run of its own.</summary>
    public async Task<IResult> RetryAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(request, id, cancellationToken) is not { } old)
        {
            return RunAnswers.NotFound(id);
        }

        if (old.Outcome is null)
        {
            return Problems.From(FaultCode.Conflict, "The run has not ended. Only an ended run can be run again.");
        }

        if (!request.Caller().Scope.Has(old.Workflow))
        {
            return Problems.From(FaultCode.Forbidden, $"This key may not use the workflow '{old.Workflow}'.");
        }

        return await starts.RepeatAsync(request.HttpContext.Response, old, cancellationToken) switch
        {
            StartReply.Refused refused => refused.Answer,
            StartReply.Started started => await answers.WaitAndAnswerAsync(request, started.Run, cancellationToken),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<IResult> RunAsync(HttpRequest request, Call call, CancellationToken cancellationToken, (CallKey Key, RunId Run)? claim = null)
    {
        StartReply? reply = null;
        try
        {
            reply = claim is var (held, run) ? await keyed.HoldAsync(held, run, StartAsync) : await StartAsync();
        }
        finally
        {
            if (reply is not StartReply.Started { IsNew: true } && claim is var (key, _))
            {
                await keyed.FreeAsync(key, CancellationToken.None);
            }
        }

        return reply is StartReply.Started started ? await answers.WaitAndAnswerAsync(request, started.Run, cancellationToken)
            : ((StartReply.Refused)reply).Answer;

        Task<StartReply> StartAsync() => starts.StartAsync(request.HttpContext.Response, call, cancellationToken);
    }

    // RFC 9111.
    private static bool AsksForAnew(HttpRequest request) =>
        request.Headers.CacheControl.ToString() is var control
        && (control.Contains("no-cache", StringComparison.OrdinalIgnoreCase)
            || control.Contains("no-store", StringComparison.OrdinalIgnoreCase));
}

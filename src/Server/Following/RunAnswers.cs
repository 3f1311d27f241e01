using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Callers;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>What those are answered who call a workflow, or ask where a run stands.</summary>
public sealed class RunAnswers(RunStore runs, RunResource resource, RunLinks links, RunWaiter waiter, IRunDriver driver,
    AwaitedFiles awaited, ComfyFuncOptions options, TimeProvider clock)
{
    /// <summary>How <see cref="StatusAsync"/> answers.</summary>
    internal static ImmutableArray<ApiAnswer> OfStatus { get; } =
    [
        new(200, "It has ended.", SchemaNames.DurableStatus),
        new(202, "It runs; ask again after Retry-After.", SchemaNames.DurableStatus),
    ];

    /// <summary>The run as the preferences want it: 202 with links to follow while it has not ended.</summary>
    public async Task<IResult> RunAsync(HttpRequest request, RunRecord run, Preferences preferences, CancellationToken cancellationToken)
    {
        var response = request.HttpContext.Response;
        var status = await links.StatusAsync(request, run.Id, cancellationToken);
        response.Headers.CacheControl = "no-store";
        Preferences.Tell(request, isMinimal: preferences.Return is ReturnForm.Minimal && run.Outcome is RunOutcome.Succeeded);

        // Of an ended run too: without one of them, pollers take the 200 that shows a failed run for a success. Resource Manager's know the
        // second only.
        response.Headers["Operation-Location"] = status;
        response.Headers["Azure-AsyncOperation"] = status;
        if (run.Outcome is RunOutcome.Succeeded && preferences.Return is ReturnForm.Minimal)
        {
            return Json(await resource.MinimalAsync(run, preferences.View, cancellationToken), contentType: AnswerTypes.Minimal);
        }

        if (run.Outcome is RunOutcome.Failed or RunOutcome.Expired && preferences.Return is ReturnForm.Minimal)
        {
            return Problems.From(FaultOf(run));
        }

        var shown = await resource.ShowAsync(run, RunView.For(request, preferences.View), cancellationToken);
        if (run.Outcome is not null)
        {
            return Json(shown);
        }

        response.Headers.Location = status;
        response.Headers.RetryAfter = "1";
        shown["statusQueryGetUri"] = status;
        shown["terminatePostUri"] = await links.CancelAsync(request, run.Id, cancellationToken);
        return Json(shown, StatusCodes.Status202Accepted);
    }

    /// <summary>The run as it is, or as it has ended if the caller wants to wait for that.</summary>
    public async Task<IResult> WaitAndAnswerAsync(HttpRequest request, RunRecord run, CancellationToken cancellationToken)
    {
        var preferences = Preferences.Of(request, options.Answers);
        // Renditions are files of their own.
        using var files = preferences is { Output: OutputForm.Base64, Rendition: null } ? awaited.Await(run.Id) : null;
        var now = run.Outcome is null && preferences.Wait > TimeSpan.Zero
            ? await waiter.WaitAsync(run.Id, preferences.Wait, cancellationToken) ?? run : run;
        return await RunAsync(request, now, preferences, cancellationToken);
    }

    /// <summary>The run in the shape that Durable's HTTP API has, so that Logic Apps and CallHttp follow it, and Azure's pollers.</summary>
    public async Task<IResult> StatusAsync(HttpRequest request, RunRecord run, CancellationToken cancellationToken)
    {
        var response = request.HttpContext.Response;
        response.Headers.CacheControl = "no-store";
        if (run.Outcome is null)
        {
            response.Headers.Location = await links.StatusAsync(request, run.Id, cancellationToken);
            response.Headers.RetryAfter = "1";
        }

        var location = await links.RunAsync(request, run.Id, cancellationToken);
        return Json(await DurableStatus.OfAsync(run, resource, location, cancellationToken),
            run.Outcome is null ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }

    /// <summary>The run for somebody who was given a link to it.</summary>
    public async Task<IResult> ShowAsync(HttpRequest request, RunRecord run, CancellationToken cancellationToken)
    {
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Json(await resource.ShowAsync(run, RunView.ForAnybody, cancellationToken));
    }

    /// <summary>Cancels the run: 202 while it is being stopped, 200 when it had ended already.</summary>
    public async Task<IResult> CancelAsync(HttpRequest request, RunId id, CancellationToken cancellationToken) =>
        await StopAsync(request, id, cancellationToken) is { } run
            ? await RunAsync(request, run, new(TimeSpan.Zero, OutputForm.Url, ReturnForm.Representation), cancellationToken)
            : NotFound(id.Value);

    /// <summary>The same for somebody who may stop the run and see nothing of it.</summary>
    public async Task<IResult> CancelBlindlyAsync(HttpRequest request, RunId id, CancellationToken cancellationToken)
    {
        if (await StopAsync(request, id, cancellationToken) is not { } run)
        {
            return NotFound(id.Value);
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Json(new() { ["id"] = run.Id.Value, ["status"] = RunResource.NameOf(run.Status) },
            run.Outcome is null ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }

    private async Task<RunRecord?> StopAsync(HttpRequest request, RunId id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var run = await runs.ChangeAsync(id, r => r.WithCancelRequested(now), cancellationToken);
        if (run is { Outcome: null })
        {
            await driver.SignalAsync(id, new RunEvent.CancelRequested(now), cancellationToken);
            var preferences = Preferences.Of(request, options.Answers with { Wait = 0 });
            run = await waiter.WaitAsync(id, preferences.Wait, cancellationToken) ?? run;
        }

        return run;
    }

    public static IResult NotFound(string id) => Problems.From(FaultCode.NotFound, $"There is no run '{id}'.");

    public static IResult Json(JsonObject document, int status = StatusCodes.Status200OK, string? contentType = null) =>
        Results.Json(document, ServerJson.Options, contentType, status);

    private static RunFault FaultOf(RunRecord run) => run.Outcome is RunOutcome.Failed f
        ? f.Fault with { Message = $"Run {run.Id} failed: {f.Fault.Message}" }
        : new(FaultCode.StartDeadlineExceeded, $"Run {run.Id} found no slot before its start deadline.", Retryable: true);
}

/// <summary>Finds runs for callers.</summary>
public static class VisibleRuns
{
    /// <returns><see langword="null"/> for a run that is not there, or is not this caller's to see.</returns>
    public static async Task<RunRecord?> FindAsync(this RunStore runs, HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        RunId.TryParse(id, out var runId) && await runs.FindAsync(runId, cancellationToken) is { } run
        && request.Caller().Sees(run.Client) ? run : null;
}

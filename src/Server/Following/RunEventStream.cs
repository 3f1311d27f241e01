using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Following;

/// <summary>
/// A run's events as they happen (Server-Sent Events). State changes have ids, which count the changes in the run's row, so that a stream
/// that was cut off goes on after any id without a log of its own. Progress and previews have none: only the latest matters.
/// </summary>
public sealed class RunEventStream(RunStore runs, RunWaiter waiter, RunResource resource, RunProgress runProgress,
    PreviewBoard previews, TimeProvider clock)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    // Between two looks at the row, in looks: another process may drive the run.
    private const int LooksPerRead = 4;

    // The same for the progress of a run that another process listens to.
    private const int LooksPerQuestion = 2;

    /// <param name="after">The last change that the caller knows; 0 for none.</param>
    /// <param name="withPreviews">Sends pictures of work in progress too.</param>
    public IResult Follow(RunRecord run, RunView view, int after, bool withPreviews) =>
        new StreamedAnswer((response, aborted) => WriteAsync(response, run, view, after, withPreviews, aborted));

    private async Task WriteAsync(HttpResponse response, RunRecord run, RunView view, int known, bool withPreviews,
        CancellationToken cancellationToken)
    {
        using var following = withPreviews ? previews.Follow(run.Id) : null;
        var end = clock.GetUtcNow() + StreamedAnswer.Longest;
        var spoken = clock.GetUtcNow();
        string? lastProgress = null;
        Preview? lastPreview = null;
        ProgressRow? lastRow = null;
        var text = new StringBuilder(StreamedAnswer.Beginning);
        for (var look = 1; ; look++)
        {
            var changes = RunChange.Of(run);
            for (; known < changes.Length; known++)
            {
                await AppendAsync(text, run, view, changes[known], known + 1, cancellationToken);
            }

            var row = runProgress.IsHere(run) || look % LooksPerQuestion == 1
                ? await runProgress.OfAsync(run, withPreviews, cancellationToken) : lastRow;
            if (run.Outcome is null && RunResource.ProgressOf(run, row)?.ToJsonString() is { } progress && progress != lastProgress)
            {
                lastProgress = progress;
                text.Append("event: progress\ndata: ").Append(progress).Append("\n\n");
            }

            if (withPreviews && row is not null && await runProgress.PreviewAsync(row, lastRow, cancellationToken) is { } preview
                && preview != lastPreview)
            {
                lastPreview = preview;
                text.Append("event: preview\ndata: ")
                    .Append(new JsonObject
                    {
                        ["contentType"] = preview.ContentType,
                        ["base64"] = Convert.ToBase64String(preview.Content.Span)
                    }.ToJsonString(ServerJson.Options)).Append("\n\n");
            }

            lastRow = row;
            if (text.Length == 0 && clock.GetUtcNow() - spoken >= StreamedAnswer.Heartbeat)
            {
                text.Append(StreamedAnswer.StillHere);
            }

            if (text.Length > 0)
            {
                await response.WriteAsync(text.ToString(), cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
                text.Clear();
                spoken = clock.GetUtcNow();
            }

            if (run.Outcome is not null || clock.GetUtcNow() >= end)
            {
                return;
            }

            var now = await waiter.WaitAsync(run.Id, LookInterval, cancellationToken);
            if (now is { Outcome: null } && look % LooksPerRead == 0)
            {
                now = await runs.FindAsync(run.Id, cancellationToken);
            }

            if (now is null)
            {
                return; // It has been deleted.
            }

            run = now;
        }
    }

    private async Task AppendAsync(StringBuilder text, RunRecord run, RunView view, RunChange change, int id,
        CancellationToken cancellationToken)
    {
        var data = change.IsEnd
            ? await resource.ShowAsync(run, view, cancellationToken)
            : new JsonObject { ["id"] = run.Id.Value, ["status"] = RunResource.NameOf(change.Status), ["at"] = change.At };
        if (change.Attempt is { } attempt)
        {
            data["attempt"] = attempt.Number;
            data["host"] = attempt.Host.Value;
        }

        text.Append(CultureInfo.InvariantCulture, $"id: {id}\nevent: status\ndata: {data.ToJsonString(ServerJson.Options)}\n\n");
    }
}

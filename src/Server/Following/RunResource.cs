using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Outputs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using OpenApiSchema = Microsoft.OpenApi.OpenApiSchema;

namespace ComfyFunc.Server.Following;

/// <summary>Shows a run's row to its caller: the run resource, its outputs by tag, and the status shape of Durable's HTTP API.</summary>
public sealed class RunResource(ISasMinter sas, IBlobStore blobs, Renditions renditions, RunProgress progress, QueuePlaces places,
    AwaitedFiles awaited, OutputLinks links, ComfyFuncOptions options, TimeProvider clock)
{
    // Inlined files are held in memory once as bytes and once as text.
    private const int LargestInline = 64 << 20;

    public async Task<JsonObject> ShowAsync(RunRecord run, RunView view, CancellationToken cancellationToken) =>
        await ShowAsync(run, view, await progress.OfAsync(run, withPreviews: false, cancellationToken), cancellationToken);

    /// <summary>Shows a page of runs.</summary>
    public async Task<JsonArray> ShowAllAsync(IReadOnlyCollection<RunRecord> runs, RunView view, CancellationToken cancellationToken)
    {
        var rows = await progress.OfAllAsync(runs, cancellationToken);
        var shown = new JsonArray();
        foreach (var run in runs)
        {
            shown.Add(await ShowAsync(run, view, rows.GetValueOrDefault(run.Id), cancellationToken));
        }

        return shown;
    }

    /// <param name="row">How far it is, where that is known.</param>
    public async Task<JsonObject> ShowAsync(RunRecord run, RunView view, ProgressRow? row, CancellationToken cancellationToken)
    {
        var failed = run.Outcome as RunOutcome.Failed;
        var document = new JsonObject
        {
            ["id"] = run.Id.Value,
            ["workflow"] = run.Workflow,
            ["version"] = run.Version,
            ["status"] = NameOf(run.Status),
            ["createdAt"] = run.CreatedAt,
            ["startedAt"] = run.StartedAt,
            ["completedAt"] = run.CompletedAt,
            ["startBy"] = run.Limits.StartBy,
            ["finishBy"] = run.Limits.FinishBy,
            ["client"] = view.HasClient && run.Client.Length > 0 ? run.Client : null,
            ["batch"] = BatchOf(run),
            ["retryOf"] = run.RetryOf?.Value,
            ["gpuWorkBegun"] = run.Outcome is RunOutcome.Canceled { GpuWorkBegun: var begun } ? begun : null,
            ["expiresAt"] = (run.CompletedAt ?? run.Limits.FinishBy) + options.Retention,
            ["queuePosition"] = places.Of(run),
            ["progress"] = ProgressOf(run, row),
            ["host"] = run.Attempts.IsEmpty ? null : run.Attempts[^1].Host.Value,
            ["attempt"] = run.Attempts.IsEmpty ? null : run.Attempts[^1].Number,
            ["attempts"] = new JsonArray([.. run.Attempts.Select(AttemptOf)]),
            ["inputs"] = view.HasInputs && run.Given is { } given ? JsonNode.Parse(given.GetRawText()) : null,
            ["inputsCut"] = view.HasInputs && run.IsGivenCut ? true : null,
            ["seeds"] = new JsonArray([.. run.Seeds.Select(s => JsonSerializer.SerializeToNode(s, ServerJson.Options))]),
            ["cached"] = run.Outcome is RunOutcome.Succeeded ? run.Cached : null,
            ["outputs"] = await OutputsAsync(run, view.Outputs, cancellationToken),
            ["error"] = failed is null ? ErrorOf(run.Outcome) : JsonSerializer.SerializeToNode(failed.Fault, ServerJson.Options),
            ["metrics"] = MetricsOf(run),
            ["metadata"] = run.Metadata is { } metadata ? JsonNode.Parse(metadata.GetRawText()) : null,
            ["links"] = LinksOf(run),
        };
        return WithoutNulls(document);
    }

    /// <summary>
    /// Just the outputs by tag. Base64 makes it the answer of ComfyUI Fast API: <c>{tag:[base64,…]}</c>, always an array.
    /// </summary>
    public async Task<JsonObject> OutputsAsync(RunRecord run, OutputView view, CancellationToken cancellationToken)
    {
        var outputs = EmptyOf(run);
        foreach (var group in run.Artifacts.GroupBy(a => a.Tag))
        {
            var list = new JsonArray();
            foreach (var (n, artifact) in group.Index())
            {
                list.Add(await ArtifactAsync(run, artifact, n, view, cancellationToken));
            }

            outputs[group.Key] = list;
        }

        return outputs;
    }

    /// <summary>What `return=minimal` answers: URLs or base64 text in arrays by tag, and texts as they are.</summary>
    public async Task<JsonObject> MinimalAsync(RunRecord run, OutputView view, CancellationToken cancellationToken)
    {
        var outputs = EmptyOf(run);
        foreach (var group in run.Artifacts.GroupBy(a => a.Tag))
        {
            var list = new JsonArray();
            foreach (var original in group)
            {
                var artifact = await RenditionAsync(run.Id, original, view, cancellationToken) ?? original;
                list.Add(artifact.Text
                    ?? (view.Form is OutputForm.Base64 ? await Base64Async(run.Id, artifact, cancellationToken)
                        : (await UrlOfAsync(artifact, cancellationToken)).Url.AbsoluteUri));
            }

            outputs[group.Key] = list;
        }

        return outputs;
    }

    // An output that came back with nothing is an empty array, so that clients need not ask whether it is there.
    private static JsonObject EmptyOf(RunRecord run) => new(run.OutputTags.Select(t => KeyValuePair.Create(t, (JsonNode?)new JsonArray())));

    /// <param name="artifact">One that has a blob.</param>
    public async Task<(Uri Url, DateTimeOffset Expires)> UrlOfAsync(RunArtifact artifact, CancellationToken cancellationToken)
    {
        var expires = clock.GetUtcNow() + options.UrlLifetime;
        return (await sas.MintAsync(artifact.Blob!, artifact.Name ?? "output", artifact.ContentType ?? "application/octet-stream", expires,
            cancellationToken), expires);
    }

    internal static OpenApiSchema StatusSchema() =>
        Schemas.OneOf("The last four are never left.", Enum.GetValues<RunStatus>().Select(NameOf));

    public static string NameOf(RunStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private async Task<JsonNode> ArtifactAsync(RunRecord run, RunArtifact original, int n, OutputView view,
        CancellationToken cancellationToken)
    {
        if (original.Text is { } text)
        {
            return new JsonObject { ["type"] = original.Type, ["text"] = text };
        }

        var made = await RenditionAsync(run.Id, original, view, cancellationToken);
        var artifact = made ?? original;
        var shown = new JsonObject
        {
            ["name"] = artifact.Name,
            ["type"] = artifact.Type,
            ["contentType"] = artifact.ContentType,
            ["bytes"] = artifact.Bytes,
            ["width"] = artifact.Width,
            ["height"] = artifact.Height,
            ["sha256"] = artifact.Sha256,
            ["asWanted"] = view.Rendition is null ? null : made is not null,
            ["thumbnailUrl"] = original is { Type: MediaKind.Image, Width: not null }
                ? await links.ThumbnailAsync(run.Id, original.Tag, n, cancellationToken) : null,
        };
        if (view.Form is OutputForm.Base64)
        {
            shown["base64"] = await Base64Async(run.Id, artifact, cancellationToken);
        }
        else
        {
            var (url, expires) = await UrlOfAsync(artifact, cancellationToken);
            shown["url"] = url.AbsoluteUri;
            shown["urlExpiresAt"] = expires;
        }

        return WithoutNulls(shown);
    }

    private async Task<RunArtifact?> RenditionAsync(RunId run, RunArtifact artifact, OutputView view,
        CancellationToken cancellationToken) =>
        view.Rendition is { } rendition ? await renditions.MakeAsync(run, artifact, rendition, cancellationToken) : null;

    private async Task<string> Base64Async(RunId run, RunArtifact artifact, CancellationToken cancellationToken) =>
        awaited.Find(run, artifact.Blob!) is { } known // It has a blob, as it has no text.
            ? Convert.ToBase64String(known.Span)
        : await blobs.ReadBytesAsync(artifact.Blob!, LargestInline, cancellationToken) is { } bytes
            ? Convert.ToBase64String(bytes)
            : throw new FileNotFoundException($"The artifact {artifact.Name} is gone.");

    /// <summary>How far it is; <see langword="null"/> where nothing is known.</summary>
    public static JsonObject? ProgressOf(RunRecord run, ProgressRow? row) =>
        run is { Outcome: null, StartedAt: not null } && row?.Progress is { } p
        ? WithoutNulls(new JsonObject
        {
            ["value"] = Math.Round(p.Value, 4),
            ["nodesDone"] = p.NodesDone,
            ["nodesTotal"] = p.NodesTotal,
            ["node"] = p.Node,
            ["step"] = p.Step,
            ["steps"] = p.Steps,
        })
        : run.Outcome is RunOutcome.Succeeded ? new JsonObject { ["value"] = 1 } : null;

    private static JsonObject? BatchOf(RunRecord run) => run.Batch is null ? null : WithoutNulls(new JsonObject
    {
        ["id"] = run.Batch,
        ["index"] = run.Place?.Index,
        ["cell"] = run.Place?.CellOf(run.Given),
    });

    private static JsonNode AttemptOf(RunAttempt a) => WithoutNulls(new JsonObject
    {
        ["number"] = a.Number,
        ["host"] = a.Host.Value,
        ["startedAt"] = a.StartedAt,
        ["endedAt"] = a.EndedAt,
        ["ended"] = a.Ended,
    });

    /// <summary>The fault code of a run that did not succeed; <see langword="null"/> where there is none.</summary>
    public static FaultCode? ErrorCodeOf(RunRecord run) => run.Outcome switch
    {
        RunOutcome.Failed failed => failed.Fault.Code,
        RunOutcome.Expired => FaultCode.StartDeadlineExceeded,
        _ => null,
    };

    private static JsonObject? ErrorOf(RunOutcome? outcome) => outcome is RunOutcome.Expired
        ? new JsonObject
        {
            ["code"] = FaultCode.StartDeadlineExceeded.Name,
            ["message"] = "No slot came free before the start deadline.",
            ["retryable"] = FaultCode.StartDeadlineExceeded.IsRetryable,
        }
        : null;

    private static JsonObject? MetricsOf(RunRecord run)
    {
        var times = RunTimes.Of(run).All;
        return times.All(t => t is null) ? null
            : WithoutNulls(new JsonObject(RunTimes.Names.Zip(times, (name, ms) => KeyValuePair.Create(name, (JsonNode?)ms))));
    }

    private static JsonObject LinksOf(RunRecord run) => new()
    {
        ["self"] = Paths.Run(run.Id),
        ["status"] = Paths.Status(run.Id),
        ["events"] = Paths.Events(run.Id),
        ["cancel"] = Paths.Cancel(run.Id),
        ["outputs"] = Paths.Outputs(run.Id),
        ["deliveries"] = Paths.Deliveries(run.Id),
        ["workflow"] = Paths.Version(run.Workflow, run.Version),
    };

    private static JsonObject WithoutNulls(JsonObject document)
    {
        foreach (var name in document.Where(p => p.Value is null).Select(p => p.Key).ToArray())
        {
            document.Remove(name);
        }

        return document;
    }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Batches;

/// <summary>Shows a batch to its caller: how far it is, and where its runs are.</summary>
public sealed class BatchResource(BatchStore batches, RunStore runs)
{
    /// <param name="hasClient">Whether it is shown whose batch it is.</param>
    /// <param name="isListed">Leaves out what makes listings long.</param>
    public static JsonObject Show(BatchStanding standing, bool hasClient, bool isListed)
    {
        var batch = standing.Batch;
        var document = new JsonObject
        {
            ["id"] = batch.Id,
            ["workflow"] = batch.Workflow,
            ["version"] = batch.Version,
            ["status"] = standing.Status,
            ["createdAt"] = batch.CreatedAt,
            ["total"] = batch.Total,
            ["progress"] = standing.Progress,
            ["runs"] = new JsonObject(Enum.GetValues<RunStatus>()
                .Select(s => KeyValuePair.Create(RunResource.NameOf(s), (JsonNode?)standing.Counts.GetValueOrDefault(s)))),
        };
        if (hasClient && batch.Client.Length > 0)
        {
            document["client"] = batch.Client;
        }

        if (batch.Metadata is { } metadata)
        {
            document["metadata"] = JsonNode.Parse(metadata.GetRawText());
        }

        if (!isListed)
        {
            document["refused"] = new JsonArray([.. batch.Refused.Select(RefusalOf)]);
        }

        document["links"] = new JsonObject
        {
            ["self"] = Paths.Batch(batch.Id),
            ["runs"] = $"/api/runs?batch={batch.Id}",
            ["table"] = $"{Paths.Batch(batch.Id)}/runs.csv",
            ["outputs"] = $"{Paths.Batch(batch.Id)}/outputs?bundle=zip",
            ["cancel"] = $"{Paths.Batch(batch.Id)}/cancel",
            ["workflow"] = Paths.Version(batch.Workflow, batch.Version),
        };
        return document;
    }

    /// <summary>Looks where its runs are. Once they have all ended that is written down, and nobody has to look again.</summary>
    public async Task<BatchStanding> StandingAsync(Batch batch, CancellationToken cancellationToken)
    {
        if (batch.Ended is { } ended)
        {
            return new(batch, ended);
        }

        var standing = new BatchStanding(batch, await runs.CountOfBatchAsync(new(batch.Id), batch.LastRun, cancellationToken));
        if (standing.HasEnded)
        {
            await batches.TryWriteAsync(batch with { Ended = standing.Counts }, cancellationToken);
        }

        return standing;
    }

    private static JsonObject RefusalOf(RefusedCall call) => new()
    {
        ["index"] = call.Index,
        ["errors"] = new JsonArray(
            [.. call.Faults.Select(f => new JsonObject { ["code"] = f.Code.Name, ["pointer"] = f.Pointer, ["detail"] = f.Detail })]),
    };
}

/// <summary>Where the runs of a batch are.</summary>
public sealed record BatchStanding(Batch Batch, ImmutableSortedDictionary<RunStatus, int> Counts)
{
    public static ImmutableArray<string> Statuses { get; } = ["running", "completed", "canceling", "canceled"];

    /// <summary>Whether no run of it is open and none will come.</summary>
    public bool HasEnded => Batch.IsDone && !Counts.Any(c => c.Key <= RunStatus.Canceling && c.Value > 0);

    public string Status => Statuses[(Batch.CancelRequestedAt is null ? 0 : 2) + (HasEnded ? 1 : 0)];

    /// <summary>0 to 1. Runs that were deleted since count as ended.</summary>
    public double Progress => HasEnded ? 1
        : Math.Round((double)(Counts.Where(c => c.Key > RunStatus.Canceling).Sum(c => c.Value) + Batch.Refused.Length) / Batch.Total, 4);
}

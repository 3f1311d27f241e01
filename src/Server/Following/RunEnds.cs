using System.Globalization;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Following;

/// <summary>
/// Which runs have ended lately, by time: one question tells a process of all that it waits for. A hint, never the truth: that is the run's
/// row, and whoever waits looks there too, if more rarely.
/// </summary>
public sealed partial class RunEnds(IDocumentTables tables, TimeProvider clock, ILogger<RunEnds> logger) : IRunObserver
{
    // Clocks differ, and a row may take a while to be written.
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(10);

    private readonly IDocumentTable? table = tables.AreShared ? tables["ends"] : null; // Alone, there is nobody to tell.
    private readonly RepeatedFailures failures = new(clock);

    public async Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (table is null)
        {
            return;
        }

        try
        {
            await table.UpsertAsync(new Document(PartitionOf(run.CompletedAt ?? clock.GetUtcNow()), run.Id.Value, "{}"), cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            if (failures.IsToBeSaid(nameof(NotNoted), out var unsaid))
            {
                NotNoted(run.Id, e.GetBaseException().Message, unsaid);
            }
        }
    }

    public async Task<HashSet<RunId>> LatelyAsync(CancellationToken cancellationToken)
    {
        var ended = new HashSet<RunId>();
        if (table is null)
        {
            return ended;
        }

        var query = new DocumentQuery { PartitionFrom = PartitionOf(clock.GetUtcNow() - Lately), PageSize = DocumentQuery.LargestPage };
        await foreach (var document in table.QueryAsync(query, cancellationToken))
        {
            ended.Add(new(document.Row));
        }

        return ended;
    }

    public async Task RemovedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (table is not null && run.CompletedAt is { } at)
        {
            await table.DeleteAsync(PartitionOf(at), run.Id.Value, etag: null, cancellationToken);
        }
    }

    private static string PartitionOf(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString("D12", CultureInfo.InvariantCulture);

    [LoggerMessage(EventIds.NotNoted, LogLevel.Warning,
        "That run {RunId} has ended could not be noted; who waits elsewhere learns it by looking. {Reason} Not said since the last time: "
        + "{Unsaid}.")]
    private partial void NotNoted(RunId runId, string reason, int unsaid);
}

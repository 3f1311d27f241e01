using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// Finds the run that has made a call's result before: same client, workflow version, values and files, and no seed that was drawn. What
/// runs of other clients made is not told.
/// </summary>
public sealed class ResultCache(IDocumentTables tables, RunStore runs, ComfyFuncOptions options, TimeProvider clock)
    : IRunObserver
{
    // A result that is about to be deleted is no good to anybody.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    private readonly IDocumentTable table = tables["results"];

    /// <summary>How old a result may be; none is too young.</summary>
    private TimeSpan Oldest => options.ReuseResultsFor < options.Retention - Margin ? options.ReuseResultsFor : options.Retention - Margin;

    /// <returns>The run that ended well and still has its outputs, or <see langword="null"/>.</returns>
    public async Task<RunRecord?> FindAsync(RunRecord call, CancellationToken cancellationToken) =>
        MayBeReused(call) && await table.FindAsync(PartitionOf(call), RowOf(call), cancellationToken) is { } document
        && await runs.FindAsync(StoredJson.Read<RunId>(document.Json), cancellationToken) is
        {
            Outcome: RunOutcome.Succeeded,
            CompletedAt: { } at
        } run && clock.GetUtcNow() - at < Oldest
            ? run
            : null;

    /// <summary>Remembers what a run has made.</summary>
    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken) =>
        options.ReuseResultsFor > TimeSpan.Zero && HasResult(run)
            ? table.UpsertAsync(new Document(PartitionOf(run), RowOf(run), StoredJson.Write(run.Id)), cancellationToken)
            : Task.CompletedTask;

    /// <summary>Forgets what the run made, unless another has made it since.</summary>
    public async Task RemovedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (HasResult(run) && await table.FindAsync(PartitionOf(run), RowOf(run), cancellationToken) is { } document
            && StoredJson.Read<RunId>(document.Json) == run.Id)
        {
            await table.DeleteAsync(document.Partition, document.Row, document.ETag, cancellationToken);
        }
    }

    private bool MayBeReused(RunRecord run) => options.ReuseResultsFor > TimeSpan.Zero && IsFixed(run);

    private static bool IsFixed(RunRecord run) => run.Seeds.All(s => s.Origin is not SeedOrigin.Drawn) && run.Inputs.Length > 0;

    // Whatever the setting says now: it may have been another when the run ended.
    private static bool HasResult(RunRecord run) =>
        IsFixed(run) && run.Outcome is RunOutcome.Succeeded && !run.Artifacts.IsEmpty;

    private static string PartitionOf(RunRecord run) => TableKey.Escape($"client {run.Client}");

    private static string RowOf(RunRecord run) => TableKey.Escape($"{run.Workflow.ToLowerInvariant()}@{run.Version} {run.Inputs}");
}

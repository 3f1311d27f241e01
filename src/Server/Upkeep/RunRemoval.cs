using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Webhooks;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Deletes runs with their blobs: blobs first, so that a crash leaves a row that points nowhere rather than blobs that nobody finds.
/// </summary>
public sealed partial class RunRemoval(RunStore runs, IBlobStore blobs, Outbox outbox, RunEnds ends, ProgressRows progress,
    IRunDriver driver, ComfyFuncOptions options, TimeProvider clock, ILogger<RunRemoval> logger)
{
    public async Task RemoveAsync(RunRecord run, CancellationToken cancellationToken)
    {
        await blobs.DeletePrefixAsync(RunBlobs.PrefixOf(run.Id), cancellationToken);
        await outbox.RemoveAsync(run.Id, cancellationToken);
        await ends.RemoveAsync(run, cancellationToken);
        await progress.RemoveAsync(run.Id, cancellationToken);
        await driver.ForgetAsync(run.Id, cancellationToken);
        await runs.DeleteAsync(run.Id, cancellationToken);
    }

    /// <summary>Removes every run whose time has come. Runs that never ended are left to their deadlines.</summary>
    /// <returns>How many went.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var time = clock.GetUtcNow() - options.Retention;
        var removed = 0;
        await foreach (var run in runs.CreatedBeforeAsync(time, cancellationToken))
        {
            if (run.CompletedAt < time)
            {
                await RemoveAsync(run, cancellationToken);
                removed++;
            }
        }

        await driver.ForgetBeforeAsync(time, cancellationToken);
        if (removed > 0)
        {
            RunsRemoved(removed);
        }

        return removed;
    }

    [LoggerMessage(EventIds.RunsRemoved, LogLevel.Information, "Removed {Count} runs whose retention had passed.")]
    private partial void RunsRemoved(int count);
}

/// <summary>Names the blobs of a run, so that a repeated step writes the same ones and a removal finds them all.</summary>
public static class RunBlobs
{
    public static string PrefixOf(RunId id) => $"runs/{id}/";

    public static string Values(RunId id) => $"{PrefixOf(id)}values.json";

    public static string Input(RunId id, int index) => $"{PrefixOf(id)}inputs/{index}";

    /// <summary>The latest preview, while somebody follows the run from afar.</summary>
    public static string Preview(RunId id) => $"{PrefixOf(id)}preview";

    /// <summary>What came over a socket, and is on no host.</summary>
    public static string Picture(RunId id, int attempt, string name) => $"{PrefixOf(id)}pictures/{attempt}/{name}";

    /// <summary>What is made of the outputs for those who want them otherwise.</summary>
    public static string Rendition(RunId id, string name) => $"{PrefixOf(id)}renditions/{name}";

    /// <param name="index">Counts the files of one node in the order in which the history lists them.</param>
    public static string Output(RunId id, int attempt, string node, int index) =>
        $"{PrefixOf(id)}outputs/{attempt}/{Uri.EscapeDataString(node)}/{index}";
}

using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Deletes runs with their blobs. The row says so first, whereupon nobody finds the run, and goes last: after a crash it leads whoever
/// rescues runs to what is left.
/// </summary>
public sealed partial class RunRemoval(RunStore runs, IBlobStore blobs, RunObservers observers, IRunDriver driver,
    ComfyFuncOptions options, TimeProvider clock, ILogger<RunRemoval> logger)
{
    public async Task RemoveAsync(RunRecord run, CancellationToken cancellationToken)
    {
        await runs.ChangeAsync(run.Id, r => r with { IsLeaving = true }, cancellationToken);
        await blobs.DeletePrefixAsync(RunBlobs.PrefixOf(run.Id), cancellationToken);
        await observers.RemovedAsync(run, cancellationToken);
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

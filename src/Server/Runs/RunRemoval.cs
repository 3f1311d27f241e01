using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
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
    // A run goes by a dozen requests. One after the other, fewer would go than come.
    private const int AtOnce = 16;
    private const int Stride = 256;

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
        await foreach (var some in runs.CreatedBeforeAsync(time, cancellationToken).Where(r => r.CompletedAt < time).Chunk(Stride)
            .WithCancellation(cancellationToken))
        {
            await FewAtOnce.ForEachAsync(some, AtOnce, run => RemoveAsync(run, cancellationToken));
            removed += some.Length;
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

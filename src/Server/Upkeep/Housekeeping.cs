using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Stats;
using ComfyFunc.Server.Usage;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Forgets what is only kept for a time: keys of calls, files sent ahead of calls, batches, sums of usage, statistics, node catalogs that
/// nobody has any more, and processes that are no more.
/// </summary>
public sealed class Housekeeping(KeyedCalls calls, Uploads uploads, BatchStore batches, UsageStore usage,
    StatsStore stats, ProcessStore processes, CatalogSweeps catalogs)
{
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await calls.SweepAsync(cancellationToken);
        await uploads.SweepAsync(cancellationToken);
        await batches.SweepAsync(cancellationToken);
        await usage.SweepAsync(cancellationToken);
        await stats.SweepAsync(cancellationToken);
        await catalogs.SweepAsync(cancellationToken);
        await processes.LivingAsync(cancellationToken); // Whoever asks removes the rows of those that have long been dead.
    }
}

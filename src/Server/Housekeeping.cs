using ComfyFunc.Batches;
using ComfyFunc.Runs;
using ComfyFunc.Usage;

namespace ComfyFunc;

/// <summary>Forgets what is only kept for a time: keys of calls, where results are, files sent ahead of calls, batches, and sums of usage.</summary>
public sealed class Housekeeping(KeyedCalls calls, ResultCache results, Uploads uploads, BatchStore batches, UsageStore usage)
{
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await calls.SweepAsync(cancellationToken);
        await results.SweepAsync(cancellationToken);
        await uploads.SweepAsync(cancellationToken);
        await batches.SweepAsync(cancellationToken);
        await usage.SweepAsync(cancellationToken);
    }
}

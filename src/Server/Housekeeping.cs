using ComfyFunc.Runs;
using ComfyFunc.Usage;

namespace ComfyFunc;

/// <summary>Forgets what is only kept for a time: keys of calls, files sent ahead of calls, and sums of usage.</summary>
public sealed class Housekeeping(KeyedCalls calls, Uploads uploads, UsageStore usage)
{
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await calls.SweepAsync(cancellationToken);
        await uploads.SweepAsync(cancellationToken);
        await usage.SweepAsync(cancellationToken);
    }
}

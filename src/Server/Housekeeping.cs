using ComfyFunc.Runs;
using ComfyFunc.Usage;

namespace ComfyFunc;

/// <summary>Forgets what is only kept for a time: keys of calls, and sums of usage.</summary>
public sealed class Housekeeping(KeyedCalls calls, UsageStore usage)
{
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await calls.SweepAsync(cancellationToken);
        await usage.SweepAsync(cancellationToken);
    }
}

using System.Collections.Immutable;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Usage;

/// <summary>Adds up what ended runs took, by day, client and version.</summary>
public sealed class UsageMeter(UsageStore store, TimeProvider clock, ILogger<UsageMeter> logger)
    : EndMeter<UsageRow>(TimeSpan.FromSeconds(2), clock, logger)
{
    protected override UsageRow Of(RunRecord run) => UsageRow.Of(run);

    protected override async Task WriteAsync(ImmutableArray<UsageRow> taken, CancellationToken cancellationToken)
    {
        var sums = taken.GroupBy(r => (r.Day, r.Client, r.Workflow, r.Version)).Select(g => g.Aggregate((a, b) => a.Plus(b))).ToArray();
        for (var i = 0; i < sums.Length; i++)
        {
            try
            {
                await store.AddAsync(sums[i], cancellationToken);
            }
            catch (StorageUnavailableException)
            {
                Again(sums[i..]);
                throw;
            }
        }
    }
}

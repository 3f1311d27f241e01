using System.Collections.Concurrent;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Usage;

/// <summary>
/// Adds up what ended runs took and writes the sums now and then, so that no run pays for being counted. A killed process forgets its last
/// seconds.
/// </summary>
public sealed class UsageMeter(UsageStore store, TimeProvider clock, ILogger<UsageMeter> logger)
    : RecurringService(clock, logger), IRunObserver
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<UsageRow> ended = new();

    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ended.Enqueue(UsageRow.Of(run));
        return Task.CompletedTask;
    }

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Interval, Clock, stoppingToken);
        await WriteAsync(stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var rows = new List<UsageRow>();
        while (ended.TryDequeue(out var row))
        {
            rows.Add(row);
        }

        var sums = rows.GroupBy(r => (r.Day, r.Client, r.Workflow, r.Version)).Select(g => g.Aggregate((a, b) => a.Plus(b))).ToArray();
        for (var i = 0; i < sums.Length; i++)
        {
            try
            {
                await store.AddAsync(sums[i], cancellationToken);
            }
            catch (StorageUnavailableException)
            {
                foreach (var rest in sums[i..])
                {
                    ended.Enqueue(rest); // For the next round.
                }

                throw;
            }
        }
    }
}

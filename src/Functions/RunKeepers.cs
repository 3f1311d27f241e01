using System.Collections.Concurrent;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Functions;

/// <summary>
/// Gives keepers to the runs that this process has driven for a while, and tells them of the ends. Most runs are over before that, and cost
/// the durable runtime nothing; should this process die meanwhile, they are found by the sweeps, as ever.
/// </summary>
public sealed partial class RunKeepers(RunLoops loops, DurableHub hub, TimeProvider clock, ILogger<RunKeepers> logger)
    : RecurringService(clock, logger)
{
    /// <summary>An instance that nobody asks anything may leave so soon.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const int AtOnce = 8;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<RunId, bool> kept = new();

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var driven = loops.Driven;
        var ended = kept.Keys.Except(driven.Select(d => d.Id)).ToArray();
        await FewAtOnce.ForEachAsync(driven.Where(d => now - d.Since >= Patience && !kept.ContainsKey(d.Id)), AtOnce,
            run => KeepAsync(run, now, cancellationToken));
        await FewAtOnce.ForEachAsync(ended, AtOnce, async run =>
        {
            if (await hub.TellAsync(run, RunKeeper.Ended, cancellationToken))
            {
                kept.TryRemove(run, out _);
            }
        });
    }

    /// <summary>Leaves every run that is driven here to its keeper: those that have none get one.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var left = await loops.StopAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
        if (left.IsEmpty)
        {
            return;
        }

        RunsLeft(left.Length);
        await FewAtOnce.ForEachAsync(left, AtOnce, run => kept.ContainsKey(run) ? hub.TellAsync(run, RunKeeper.Left, cancellationToken)
            : hub.KeepAsync(new(run.Value, Until: null, Step: 0), cancellationToken));
    }

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(LookInterval, Clock, stoppingToken);
        await LookAsync(stoppingToken);
    }

    // In the middle of a step nobody knows where it ends: the keeper then sees where it has.
    private async Task KeepAsync(DrivenRun run, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await hub.KeepAsync(new(run.Id.Value, (run.Rest?.Until ?? now) + RunCare.Patience, run.Rest?.Step ?? 0), cancellationToken))
        {
            kept[run.Id] = true;
        }
    }

    [LoggerMessage(EventIds.RunsLeft, LogLevel.Information, "This process leaves {Count} run(s) to others.")]
    private partial void RunsLeft(int count);
}

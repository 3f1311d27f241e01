using ComfyFunc.Adapters;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Following;

/// <summary>Rung when somebody begins to wait for a run.</summary>
public sealed class EndsBell : Bell;

/// <summary>
/// Listens for the ends of runs that somebody here waits for and another process ends. While nobody waits it asks nothing.
/// </summary>
public sealed class EndsListener(RunAnnouncer announcer, RunEnds ends, RunStore runs, PromptWatch watch, EndsBell bell, TimeProvider clock,
    ILogger<EndsListener> logger)
    : RecurringService(clock, logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(1);

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        // Who waits already does not ring again: a look that failed is followed by the next.
        if (announcer.Waited.Length == 0)
        {
            await bell.WaitAsync(IdlePatience, Clock, stoppingToken);
        }

        await Task.Delay(LookInterval, Clock, stoppingToken);
        await LookAsync(stoppingToken);
    }

    /// <summary>Looks once, if there is anybody to tell.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        // What executes under this process's eye is most likely ended by it too.
        var waited = announcer.Waited.Where(id => !watch.IsUnderWay(id)).ToArray();
        if (waited.Length == 0)
        {
            return;
        }

        var ended = await ends.LatelyAsync(cancellationToken);
        foreach (var id in waited.Where(ended.Contains))
        {
            if (await runs.FindAsync(id, cancellationToken) is { } run)
            {
                announcer.Ended(run);
            }
        }
    }
}

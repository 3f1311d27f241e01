using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Following;

/// <summary>Waits for a run to end: told at once when this process ends it, and soon when another does.</summary>
public sealed class RunWaiter(RunStore runs, RunAnnouncer announcer, EndsBell bell, TimeProvider clock)
{
    // In case that nobody tells.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    /// <returns>The run as it is at the end of the wait, ended or not; <see langword="null"/> when it is unknown.</returns>
    public async Task<RunRecord?> WaitAsync(RunId id, TimeSpan patience, CancellationToken cancellationToken)
    {
        CallPatience.Leave(); // It is the run that is waited for: each look is a question of its own.
        using var wait = announcer.Await(id);
        bell.Ring();
        var until = clock.GetUtcNow() + patience;
        var run = await runs.FindOpenAsync(id, step: 0, cancellationToken);
        while (run is { Outcome: null } && until - clock.GetUtcNow() is { Ticks: > 0 } left)
        {
            try
            {
                return await wait.Ended.WaitAsync(left < LookInterval ? left : LookInterval, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                run = await runs.FindAsync(id, cancellationToken);
            }
        }

        return run;
    }
}

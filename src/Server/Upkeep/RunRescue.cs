using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Finds runs that nobody drives: accepted by a process that died before it could hand them over, or given up by a driver that failed.
/// Whether a run is driven, its driver knows. Runs that were half deleted are deleted.
/// </summary>
public sealed class RunRescue(RunStore runs, RunRemoval removal, IRunDriver driver, RunObservers observers, TimeProvider clock)
{
    // Any driver has taken a run's first step by then.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    // Longer than most runs take, so that few of them cost a question.
    private static readonly TimeSpan RunPatience = TimeSpan.FromMinutes(2);

    // A run ends itself at its finish deadline. One that is still open so much later cannot, for a defect or a lost file, and must not stay
    // open for ever.
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What is older was ended by this very sweep, unless no process ran for days; the next start of a Standalone looks at all.
    /// </summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromDays(3);

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!driver.IsReady)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await foreach (var run in runs.UnfinishedAsync(now - LongestRun, cancellationToken))
        {
            if (run.IsLeaving)
            {
                await removal.RemoveAsync(run, cancellationToken);
            }
            else if (now - run.Limits.FinishBy > EndPatience)
            {
                await GiveUpAsync(run, now, cancellationToken);
            }
            else if (now - run.CreatedAt > (run.Step == 0 ? StartPatience : RunPatience))
            {
                await driver.ResumeAsync(run.Id, cancellationToken);
            }
        }
    }

    private async Task GiveUpAsync(RunRecord run, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var told = await observers.HappeningAsync(GivenUp(run, now), RunMoment.Ended, cancellationToken);
        var ended = await runs.ChangeAsync(run.Id, r => r.Outcome is null ? GivenUp(r, now) : r, cancellationToken);
        RunObservers.Happened(told, run);
        if (ended?.CompletedAt == now) // Else it has ended in other hands meanwhile, which have told of it.
        {
            await observers.EndedAsync(ended, cancellationToken);
        }
    }

    private static RunRecord GivenUp(RunRecord run, DateTimeOffset now) => run with
    {
        State = new RunState.Ended(
            new RunOutcome.Failed(
                new(FaultCode.RunTimeout,
                    $"The run had not ended by {run.Limits.FinishBy:O}, and could not be ended in order.", Retryable: true))),
        Step = run.Step + 1,
        CompletedAt = now,
    };
}

using ComfyFunc.Engine.Runs;
using ComfyFunc.Engine.Webhooks;
using ComfyFunc.Engine;
using ComfyFunc.Server.Following;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Webhooks;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Finds runs that nobody drives: accepted by a process that died before it could hand them over, or given up by a driver that failed.
/// Whether a run is driven, its driver knows.
/// </summary>
public sealed class RunRescue(RunStore runs, IRunDriver driver, Outbox outbox, RunEnds ends, TimeProvider clock)
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
        await foreach (var run in runs.OpenRunsAsync(now - LongestRun, cancellationToken))
        {
            if (now - run.Limits.FinishBy > EndPatience)
            {
                await outbox.AddAsync(GivenUp(run, now), WebhookEvents.Failed, cancellationToken);
                if (await runs.ChangeAsync(run.Id, r => r.Outcome is null ? GivenUp(r, now) : r, cancellationToken) is { } ended)
                {
                    await ends.AddAsync(ended, cancellationToken);
                }

                outbox.Happened(run);
            }
            else if (now - run.CreatedAt > (run.Step == 0 ? StartPatience : RunPatience))
            {
                await driver.ResumeAsync(run.Id, cancellationToken);
            }
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

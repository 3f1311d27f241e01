using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Batches;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Finds runs that nobody drives: accepted by a process that died before it could hand them over, or given up by a driver that failed.
/// Whether a run is driven, its driver knows. Runs that were half deleted are deleted.
/// </summary>
public sealed class RunRescue(RunStore runs, BatchStore batches, PendingStore pending, RunRemoval removal, IRunDriver driver,
    RunObservers observers, IDocumentTables tables, TimeProvider clock)
{
    // Any driver has taken a run's first step by then.
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    // Longer than most runs take, so that few of them cost a question.
    private static readonly TimeSpan RunPatience = TimeSpan.FromMinutes(2);

    // A run ends itself at its finish deadline. One that is still open so much later cannot, for a defect or a lost file, and must not stay
    // open for ever.
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What is older was ended by this very sweep, unless no process ran for days; the next start of a Standalone looks at all. What is
    /// older and half deleted is found where an index leads to it, as in a store of one's own; elsewhere it goes with its retention.
    /// </summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromDays(3);

    // A run's row is written within it after its id is made, slow inputs included. Only the runs of a batch may come later.
    private static readonly TimeSpan LongestIntake = TimeSpan.FromMinutes(30);

    // In case that the clock of a process that accepts runs is far behind.
    private static readonly TimeSpan Trust = TimeSpan.FromHours(1);

    // No open run has an id from before.
    private DateTimeOffset? allEndedBefore;
    private DateTimeOffset lookedAtAll = DateTimeOffset.MinValue;

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!driver.IsReady)
        {
            return;
        }

        var now = clock.GetUtcNow();
        if (now - lookedAtAll >= Trust)
        {
            (allEndedBefore, lookedAtAll) = (tables.AreShared ? now - LongestRun : null, now);
        }

        var oldest = await NextIdSinceAsync(now, cancellationToken);
        var queue = await pending.RefreshAsync(cancellationToken);
        await foreach (var run in runs.UnfinishedAsync(allEndedBefore, cancellationToken))
        {
            if (run.IsLeaving)
            {
                await removal.RemoveAsync(run, cancellationToken);
                continue;
            }

            var made = RunKeys.CreatedAt(run.Id);
            oldest = made < oldest ? made : oldest;
            if (now - run.Limits.FinishBy > EndPatience)
            {
                await GiveUpAsync(run, now, cancellationToken);
            }
            else if (now - run.CreatedAt > (run.Step == 0 ? StartPatience : RunPatience) && !WaitsInOrder(run, queue, now))
            {
                await driver.ResumeAsync(run.Id, cancellationToken);
            }
        }

        allEndedBefore = oldest;
    }

    // Whoever lends it a slot drives it: until its deadline it needs nobody, and there may be very many of its kind.
    private static bool WaitsInOrder(RunRecord run, WaitingQueue queue, DateTimeOffset now) =>
        run.State is RunState.Waiting waiting && queue.Find(run.Id)?.Placement.Attempt == waiting.Placement.Attempt
        && now < (run.StartedAt is null ? run.Limits.StartBy : run.Limits.FinishBy);

    // An ended run is never open again: those before the oldest open one need not be looked at once more. But some rows are still to come.
    private async Task<DateTimeOffset> NextIdSinceAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        (await batches.OpenAsync(cancellationToken)).Select(b => RunKeys.CreatedAt(b.Id) - LongestIntake).Append(now - LongestIntake).Min();

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

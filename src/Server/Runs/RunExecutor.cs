using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;
using static ComfyFunc.Engine.Runs.RunCommand;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Carries a run forward from one event until it waits for a signal or has ended: decides by <see cref="RunProcess"/>, carries out the
/// commands, and writes the row whenever the run comes to rest for longer than a moment. Both drivers do nothing but call it. Calling it
/// twice with the same event is safe.
/// </summary>
public sealed partial class RunExecutor(RunStore runs, RunCommands commands, RunObservers observers, RunsInHand hands,
    TimeProvider clock, ILogger<RunExecutor> logger)
{
    private static readonly TimeSpan YieldPatience = TimeSpan.FromSeconds(5);

    // What comes so soon after a run was placed saves the row that says so. A process that dies meanwhile leaves a row from which the next
    // one finds the slot that was lent, and the prompt in it.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private static readonly Func<ILogger, string, string, string, string?, int, string?, IDisposable?> Scope =
        LoggerMessage.DefineScope<string, string, string, string?, int, string?>(
            "Run {RunId} of {Workflow}, client '{Client}', host {HostId}, attempt {Attempt}, trace {TraceId}");

    private readonly RepeatedFailures failures = new(clock);

    /// <param name="step">What the last pause said; 0 at first.</param>
    public Task<RunPause> AdvanceAsync(RunId id, RunEvent @event, int step, CancellationToken cancellationToken) =>
        AdvanceAsync(id, @event, step, soon: null, cancellationToken);

    /// <param name="step">What the last pause said; 0 at first.</param>
    /// <param name="soon">The run's next event, if it comes until then; <see langword="null"/> where nobody could tell. A step that fails
    /// leaves none of those heard.</param>
    public async Task<RunPause> AdvanceAsync(RunId id, RunEvent @event, int step, SoonAsync? soon, CancellationToken cancellationToken)
    {
        using var taken = await hands.TakeAsync(id, cancellationToken);
        return await runs.FindOpenAsync(id, step, cancellationToken) switch
        {
            null => new(null, step),
            { Limits.AreKnown: false } run => new(clock.GetUtcNow() + YieldPatience, run.Step), // A process of a newer release decides it.
            var run => await AdvanceAsync(run, @event, soon, cancellationToken),
        };
    }

    private async Task<RunPause> AdvanceAsync(RunRecord run, RunEvent? @event, SoonAsync? soon, CancellationToken cancellationToken)
    {
        using var scope = Scope(logger, run.Id.Value, run.Workflow, run.Client, run.Attempts.LastOrDefault()?.Host.Value,
            run.Attempts.Length, run.Trace);
        var wasStarted = run.StartedAt is not null;
        var writeBy = DateTimeOffset.MaxValue;
        while (@event is not null)
        {
            var step = RunProcess.Decide(run.Limits, run.State, @event);
            RunMoved(run.Id, @event.GetType().Name, step.State.GetType().Name);
            run = run.After(@event, step);
            var hasStarted = run.StartedAt is not null && !wasStarted;
            var cause = @event;
            @event = null;
            foreach (var command in step.Commands)
            {
                switch (command)
                {
                    case Await when run is { CancelRequestedAt: { } at, State: not RunState.Stopping }:
                        // The row remembers a cancel whose signal was lost.
                        @event = new RunEvent.CancelRequested(at);
                        break;
                    case Await wait when soon is not null && run.State is (RunState.Executing or RunState.Waiting):
                        writeBy = Earliest(writeBy, clock.GetUtcNow() + Moment);
                        @event = await soon(Earliest(writeBy, wait.Until), cancellationToken);
                        if (@event is null)
                        {
                            return await RestAsync(run, wait.Until, hasStarted, cancellationToken);
                        }

                        break;
                    case Await wait:
                        return await RestAsync(run, wait.Until, hasStarted, cancellationToken);
                    case Publish:
                        if (await PublishAsync(run, hasStarted, cancellationToken) is not { } published)
                        {
                            return await YieldAsync(run, cancellationToken);
                        }

                        run = published;
                        break;
                    default:
                        (run, @event) = await TryAsync(run, command, cause, cancellationToken);
                        break;
                }

                if (@event is RunEvent.StepFailed && run.Outcome is null)
                {
                    break; // The step ends here; its state decides what is tried again, and when.
                }
            }
        }

        return new(null, run.Step);
    }

    private static DateTimeOffset Earliest(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    // The façade's own failures are news like any other: between two tries the run hears its signals and keeps its deadline.
    private async Task<(RunRecord Run, RunEvent? Answer)> TryAsync(RunRecord run, RunCommand command, RunEvent cause,
        CancellationToken cancellationToken)
    {
        try
        {
            return await commands.CarryOutAsync(run, command, cause, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Say(run.Id, command.GetType().Name, e);
            return (run, new RunEvent.StepFailed(StepFailures.Describe(command, e), clock.GetUtcNow()));
        }
    }

    private async Task<RunPause> RestAsync(RunRecord run, DateTimeOffset until, bool hasStarted, CancellationToken cancellationToken)
    {
        var told = hasStarted ? await observers.HappeningAsync(run, RunMoment.Started, cancellationToken) : [];
        if (await SaveAsync(run, told, cancellationToken) is not { } saved)
        {
            return await YieldAsync(run, cancellationToken);
        }

        return saved.CancelRequestedAt is not null && run.CancelRequestedAt is null
            ? await AdvanceAsync(saved, new RunEvent.CancelRequested(clock.GetUtcNow()), soon: null, cancellationToken)
            : new(until, saved.Step);
    }

    /// <returns><see langword="null"/> when another process has moved the run on.</returns>
    private async Task<RunRecord?> PublishAsync(RunRecord run, bool hasStarted, CancellationToken cancellationToken)
    {
        ImmutableArray<IRunObserver> told =
        [
            .. hasStarted ? await observers.HappeningAsync(run, RunMoment.Started, cancellationToken) : [],
            .. await observers.HappeningAsync(run, RunMoment.Ended, cancellationToken),
        ];
        if (await SaveAsync(run, told, cancellationToken) is not { } saved)
        {
            return null;
        }

        await observers.EndedAsync(saved, cancellationToken);
        return saved;
    }

    private async Task<RunRecord?> SaveAsync(RunRecord run, ImmutableArray<IRunObserver> told, CancellationToken cancellationToken)
    {
        var saved = await SaveAsync(run, cancellationToken);
        if (saved is not null)
        {
            RunObservers.Happened(told, saved);
        }

        return saved;
    }

    /// <summary>
    /// Writes the row over the one that was read. Somebody who only asked for a cancel is merged; one who has moved the run on has won.
    /// </summary>
    /// <returns>The row as written; <see langword="null"/> when it could not be.</returns>
    private async Task<RunRecord?> SaveAsync(RunRecord run, CancellationToken cancellationToken)
    {
        while (true)
        {
            var update = await runs.UpdateAsync(run, cancellationToken);
            if (update.Written || update.Now is null || update.Now.Step != run.SavedStep)
            {
                return update.Written ? update.Now : null;
            }

            run = run with
            {
                ETag = update.Now.ETag,
                CancelRequestedAt = update.Now.CancelRequestedAt,
                BegunBeforeCancel = update.Now.BegunBeforeCancel
            };
        }
    }

    // The run is in other hands, which have done what is to be done; a slot that was taken in vain is found by the sweep. Whoever drives it
    // looks again soon.
    private async Task<RunPause> YieldAsync(RunRecord run, CancellationToken cancellationToken) =>
        await runs.FindAsync(run.Id, cancellationToken) is { Outcome: null } now ? new(clock.GetUtcNow() + YieldPatience, now.Step)
        : new(null, run.Step);

    // Without storage every command of every run fails, and for one reason.
    private void Say(RunId run, string command, Exception e)
    {
        if (e is not StorageUnavailableException)
        {
            CommandFailed(run, command, e);
        }
        else if (failures.IsToBeSaid(nameof(StorageWasUnavailable), out var unsaid))
        {
            StorageWasUnavailable(run, command, e.GetBaseException().Message, unsaid);
        }
    }

    [LoggerMessage(EventIds.RunMoved, LogLevel.Debug, "Run {RunId}: {Event} led to {State}.")]
    private partial void RunMoved(RunId runId, string @event, string state);

    [LoggerMessage(EventIds.CommandFailed, LogLevel.Warning, "{Command} of run {RunId} failed.")]
    private partial void CommandFailed(RunId runId, string command, Exception exception);

    [LoggerMessage(EventIds.RunExecutorStorageWasUnavailable, LogLevel.Warning,
        "{Command} of run {RunId} could not reach storage. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageWasUnavailable(RunId runId, string command, string reason, int unsaid);
}

/// <summary>Hears a run's next event.</summary>
/// <returns><see langword="null"/> when there is none until then.</returns>
public delegate Task<RunEvent?> SoonAsync(DateTimeOffset until, CancellationToken cancellationToken);

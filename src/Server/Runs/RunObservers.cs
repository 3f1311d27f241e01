using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>Tells all who observe runs, in the order in which they were registered.</summary>
public sealed partial class RunObservers(IEnumerable<IRunObserver> observers, TimeProvider clock, ILogger<RunObservers> logger)
{
    private readonly ImmutableArray<IRunObserver> all = [.. observers];
    private readonly RepeatedFailures failures = new(clock);

    /// <returns>Those who want to be told once the row is written.</returns>
    public async Task<ImmutableArray<IRunObserver>> HappeningAsync(RunRecord run, RunMoment moment, CancellationToken cancellationToken)
    {
        var waiting = ImmutableArray.CreateBuilder<IRunObserver>();
        foreach (var observer in all)
        {
            if (await observer.HappeningAsync(run, moment, cancellationToken))
            {
                waiting.Add(observer);
            }
        }

        return waiting.ToImmutable();
    }

    /// <summary>Tells those who want to know it that the row is written, each once.</summary>
    public static void Happened(IEnumerable<IRunObserver> waiting, RunRecord run)
    {
        foreach (var observer in waiting.Distinct())
        {
            observer.Happened(run);
        }
    }

    /// <summary>Tells of the run's end. The trouble of one who observes is neither the run's nor that of the others.</summary>
    public async Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        foreach (var observer in all)
        {
            try
            {
                await observer.EndedAsync(run, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Say(observer.GetType().Name, run.Id, e);
            }
        }
    }

    public async Task RemovedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        foreach (var observer in all)
        {
            await observer.RemovedAsync(run, cancellationToken);
        }
    }

    // Without storage every observer of every run fails, and for one reason.
    private void Say(string observer, RunId run, Exception e)
    {
        if (e is not StorageUnavailableException)
        {
            ObserverFailed(observer, run, e);
        }
        else if (failures.IsToBeSaid(observer, out var unsaid))
        {
            ObserverWithoutStorage(observer, run, e.GetBaseException().Message, unsaid);
        }
    }

    [LoggerMessage(EventIds.ObserverFailed, LogLevel.Warning, "{Observer} could not be told of the end of run {RunId}.")]
    private partial void ObserverFailed(string observer, RunId runId, Exception exception);

    [LoggerMessage(EventIds.ObserverWithoutStorage, LogLevel.Warning,
        "{Observer} could not note the end of run {RunId}. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void ObserverWithoutStorage(string observer, RunId runId, string reason, int unsaid);
}

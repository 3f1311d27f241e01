using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>Tells all who observe runs, in the order in which they were registered.</summary>
public sealed partial class RunObservers(IEnumerable<IRunObserver> observers, ILogger<RunObservers> logger)
{
    private readonly ImmutableArray<IRunObserver> all = [.. observers];

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
                ObserverFailed(observer.GetType().Name, run.Id, e);
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

    [LoggerMessage(EventIds.ObserverFailed, LogLevel.Warning, "{Observer} could not be told of the end of run {RunId}.")]
    private partial void ObserverFailed(string observer, RunId runId, Exception exception);
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Takes in what ended runs come to and writes it down now and then, so that no run pays for being counted. A killed process forgets its
/// last seconds.
/// </summary>
/// <typeparam name="T">What is kept of a run until then.</typeparam>
public abstract class EndMeter<T>(TimeSpan interval, TimeProvider clock, ILogger logger) : RecurringService(clock, logger), IRunObserver
{
    private readonly ConcurrentQueue<T> ended = new();

    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        ended.Enqueue(Of(run));
        return Task.CompletedTask;
    }

    /// <summary>Writes down what has come in.</summary>
    public Task WriteAsync(CancellationToken cancellationToken)
    {
        var taken = ImmutableArray.CreateBuilder<T>();
        while (ended.TryDequeue(out var one))
        {
            taken.Add(one);
        }

        return WriteAsync(taken.ToImmutable(), cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(cancellationToken);
    }

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(interval, Clock, stoppingToken);
        await WriteAsync(stoppingToken);
    }

    protected abstract T Of(RunRecord run);

    /// <summary>Writes what came in since the last time, which may be nothing.</summary>
    protected abstract Task WriteAsync(ImmutableArray<T> taken, CancellationToken cancellationToken);

    /// <summary>It could not be written: it comes again in the next round.</summary>
    protected void Again(IEnumerable<T> unwritten)
    {
        foreach (var one in unwritten)
        {
            ended.Enqueue(one);
        }
    }
}

using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Runs the sweeps in a process that no timers of Azure's wake.
/// </summary>
public sealed partial class Sweeper(Sweeps sweeps, TimeProvider clock, ILogger<Sweeper> logger) : BackgroundService
{
    private readonly RepeatedFailures failures = new(clock);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => LoopAsync(stoppingToken);

    public Task LoopAsync(CancellationToken stoppingToken) => Task.WhenAll(Sweep.All.Select(s => LoopAsync(s, stoppingToken)));

    private async Task LoopAsync(Sweep sweep, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(sweep.Interval, clock);
        for (var isDue = sweep.IsDueAtStart; isDue || await timer.WaitForNextTickAsync(cancellationToken); isDue = false)
        {
            try
            {
                await sweep.RunAsync(sweeps, cancellationToken);
            }
            catch (StorageUnavailableException e)
            {
                if (failures.IsToBeSaid(nameof(StorageWasUnavailable), out var unsaid))
                {
                    StorageWasUnavailable(e.GetBaseException().Message, unsaid);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The sweeps are what recovers from failures: whatever this was, they go on.
                if (failures.IsToBeSaid(e.GetType().Name, out var unsaid))
                {
                    SweepFailed(unsaid, e);
                }
            }
        }
    }

    [LoggerMessage(EventIds.SweeperStorageWasUnavailable, LogLevel.Warning,
        "A sweep could not reach storage; the next one comes. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageWasUnavailable(string reason, int unsaid);

    [LoggerMessage(EventIds.SweepFailed, LogLevel.Error, "A sweep failed; the next one comes. Not said since the last time: {Unsaid}.")]
    private partial void SweepFailed(int unsaid, Exception exception);
}

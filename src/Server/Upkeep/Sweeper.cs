using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Runs the sweeps in a process that has no timers of its own: slots that a crash left lent often, runs past their retention now and then.
/// </summary>
public sealed partial class Sweeper(Sweeps sweeps, TimeProvider clock, ILogger<Sweeper> logger) : BackgroundService
{
    private static readonly TimeSpan LeaseInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RescueInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromMinutes(10);

    private readonly RepeatedFailures failures = new(clock);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => LoopAsync(stoppingToken);

    public Task LoopAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(LeaseInterval, sweeps.LeasesAsync, stoppingToken),
        EveryAsync(RescueInterval, sweeps.RescueAsync, stoppingToken),
        EveryAsync(RetentionInterval, sweeps.RemovalAsync, stoppingToken),
        EveryAsync(RetentionInterval, sweeps.HousekeepingAsync, stoppingToken));

    private async Task EveryAsync(TimeSpan interval, Func<CancellationToken, Task> sweep, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await sweep(cancellationToken);
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
                SweepFailed(e); // The sweeps are what recovers from failures: whatever this was, they go on.
            }
        }
    }

    [LoggerMessage(EventIds.SweeperStorageWasUnavailable, LogLevel.Warning,
        "A sweep could not reach storage; the next one comes. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageWasUnavailable(string reason, int unsaid);

    [LoggerMessage(EventIds.SweepFailed, LogLevel.Error, "A sweep failed; the next one comes.")]
    private partial void SweepFailed(Exception exception);
}

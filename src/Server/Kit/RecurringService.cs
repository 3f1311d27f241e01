using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Kit;

/// <summary>
/// A service whose rounds come again and again for as long as the process lives. A round that fails is logged and the next one comes: the
/// runtime ends a background service at its first exception, and a process that serves on without one of these would keep runs waiting for
/// ever.
/// </summary>
public abstract partial class RecurringService(TimeProvider clock, ILogger logger) : BackgroundService
{
    // After an unexpected failure, so that a defect does not turn into a busy loop.
    private static readonly TimeSpan Respite = TimeSpan.FromSeconds(1);

    protected TimeProvider Clock { get; } = clock;

    /// <summary>What is said once a minute.</summary>
    protected RepeatedFailures Failures { get; } = new(clock);

    /// <summary>Runs rounds until the process stops.</summary>
    public async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (StorageUnavailableException e)
            {
                if (Failures.IsToBeSaid(nameof(StorageWasUnavailable), out var unsaid))
                {
                    StorageWasUnavailable(GetType().Name, e.GetBaseException().Message, unsaid);
                }

                await Task.Delay(Respite, Clock, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (Failures.IsToBeSaid(e.GetType().Name, out var unsaid))
                {
                    RoundFailed(GetType().Name, unsaid, e);
                }

                await Task.Delay(Respite, Clock, stoppingToken);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => LoopAsync(stoppingToken);

    /// <summary>Waits for whatever the next round is about, then carries it out.</summary>
    protected abstract Task RoundAsync(CancellationToken stoppingToken);

    [LoggerMessage(EventIds.RecurringServiceStorageWasUnavailable, LogLevel.Warning,
        "{Service} could not reach storage; its next round comes soon. {Reason} Not said since the last time: {Unsaid}.")]
    private partial void StorageWasUnavailable(string service, string reason, int unsaid);

    [LoggerMessage(EventIds.RoundFailed, LogLevel.Error,
        "A round of {Service} failed; the next one comes soon. Not said since the last time: {Unsaid}.")]
    private partial void RoundFailed(string service, int unsaid, Exception exception);
}

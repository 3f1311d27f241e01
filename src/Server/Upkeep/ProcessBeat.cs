using System.Collections.Immutable;
using System.Globalization;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Writes this process's row: twice a minute while there is nothing to say, every few seconds while it has a run in hand for long, because
/// then others may not take it over.
/// </summary>
public sealed class ProcessBeat(ProcessStore store, RunsInHand hands, PromptWatch watch, HostConnections connections, SweepLog sweeps,
    IRunDriver driver, StorageMeter meter, TimeProvider clock, ILogger<ProcessBeat> logger)
    : RecurringService(clock, logger)
{
    /// <summary>A run in hand for longer is told of. <see cref="Takeover"/> is more patient than this and a round together.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BusyInterval = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(30);

    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();
    private ProcessRow? written;

    /// <summary>What this process says of itself.</summary>
    public ProcessRow Now()
    {
        var now = Clock.GetUtcNow();
        ImmutableArray<string> inHand = [.. hands.LongerThan(Long).Select(r => r.Value).Order(StringComparer.Ordinal)];
        return new()
        {
            Id = id,
            Name = NameHere(),
            StartedAt = startedAt,
            SeenAt = now,
            NextAt = now + (inHand.IsEmpty ? IdleInterval : BusyInterval),
            CanDrive = driver.IsReady,
            ListensTo = connections.Listening,
            Watches = watch.Count,
            Signals = driver.Signals,
            StorageRequests = meter.Total,
            InHand = inHand,
            Sweeps = sweeps.Ended,
        };
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await store.RemoveAsync(id, cancellationToken);
        }
        catch (Exception e) when (e is StorageUnavailableException or OperationCanceledException)
        {
            // Its row lapses by itself.
        }
    }

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        var now = Now();
        if (written is not { } last || now.SeenAt >= last.NextAt || !now.InHand.SequenceEqual(last.InHand))
        {
            await store.PutAsync(now, stoppingToken);
            written = now;
        }

        await Task.Delay(LookInterval, Clock, stoppingToken);
    }

    /// <summary>Functions says which group of functions a process serves; instances have names on Azure only.</summary>
    private static string NameHere()
    {
        var instance = Environment.GetEnvironmentVariable("WEBSITE_INSTANCE_ID") is { Length: > 8 } known ? known[..8]
            : Environment.GetEnvironmentVariable("CONTAINER_NAME") ?? Environment.MachineName;
        var process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return Environment.GetEnvironmentVariable("FUNCTIONS_TARGET_GROUP") is { Length: > 0 } group ? $"{instance}/{process} ({group})"
            : $"{instance}/{process}";
    }
}

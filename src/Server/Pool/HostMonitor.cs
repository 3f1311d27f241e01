using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>Follows the pool: brings this process in line with the Hosts table, again and again.</summary>
public sealed partial class HostMonitor(HostRoster roster, HostConnections connections, HostNews news, HostLooks looks, IWarmUps warmUps,
    IRunSignals signals, Quiet quiet, TimeProvider clock, ILogger<HostMonitor> logger) : RecurringService(clock, logger)
{
    // Another process may have registered a host, or changed a row's state.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    // Whoever takes over a run must first see its slot.
    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(6);

    private readonly SemaphoreSlim turn = new(1);
    private DateTimeOffset lookedAt;

    /// <summary>Runs before the first request is served.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Takes the configured hosts into the pool and connects to it.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await roster.JoinConfiguredAsync(cancellationToken);
        await ReconcileAsync(cancellationToken);
    }

    /// <summary>Follows the pool's table.</summary>
    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(LookInterval, Clock, stoppingToken);
        if (!quiet.MayRest(Clock.GetUtcNow() - lookedAt, QuietInterval))
        {
            await ReconcileAsync(stoppingToken);
        }
    }

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// Makes sure of the connection to a host that another process may have registered a moment ago, or to which this one had no cause to
    /// listen yet.
    /// </summary>
    public Task ReachAsync(HostId host, CancellationToken cancellationToken) =>
        connections.Find(host) is { IsListening: true } ? Task.CompletedTask : ReconcileAsync(cancellationToken);

    /// <summary>Brings this process in line with the Hosts table: connections, catalogs, and a first look at hosts that are new.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var asOf = lookedAt = Clock.GetUtcNow();
            var pool = await roster.RefreshAsync(cancellationToken);
            await connections.FollowAsync(pool, news, signals.IsReady, cancellationToken);
            news.ForgetReleased(asOf);
            foreach (var host in pool)
            {
                await WhateverAsync(host.Id, () => looks.IntroduceAsync(host, cancellationToken));
            }

            foreach (var host in signals.IsReady ? roster.Known : [])
            {
                await WhateverAsync(host.Id, () => warmUps.StartAsync(host, cancellationToken));
            }
        }
        finally
        {
            turn.Release();
        }
    }

    // What is wrong with one host must not keep the others, or the start, waiting.
    private async Task WhateverAsync(HostId host, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not (OperationCanceledException or StorageUnavailableException or OutOfMemoryException))
        {
            if (Failures.IsToBeSaid($"{host} {nameof(HostNotFollowed)}", out var unsaid))
            {
                HostNotFollowed(host, unsaid, e);
            }
        }
    }

    [LoggerMessage(EventIds.HostNotFollowed, LogLevel.Error,
        "Host {HostId} could not be followed. Not said since the last time: {Unsaid}.")]
    private partial void HostNotFollowed(HostId hostId, int unsaid, Exception exception);
}

using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Secrets;
using ComfyFunc.Server.Settings;
using ComfyFunc.Server.Upkeep;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Follows the pool: keeps a listener on every host, writes down who answers, and turns what is heard into signals to runs.
/// </summary>
public sealed partial class HostMonitor(
    HostStore hosts, HostCatalogs catalogs, HostConnections connections, HostDoors doors, HostProbe probe, HostHealth health,
    HostSentinel sentinel, WarmUps warmUps, PreviewBoard previews, SocketPictures pictures, PromptWatch watch, PromptEnds ends,
    CacheNodeBook cacheNodes, IRunDriver driver, DispatchBell bell, ComfyFuncOptions options, TimeProvider clock,
    ILogger<HostMonitor> logger)
    : RecurringService(clock, logger), IHostObserver
{
    // Another process may have registered a host, or changed a row's state.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Runs before the first request is served.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>
    /// Registers the configured hosts and connects to the pool. A host that is known stays as it is: that a process starts is no sign that
    /// a host is well.
    /// </summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        foreach (var host in options.Hosts)
        {
            var valid = HostRegistration.From(host);
            valid = valid with { SealedDoor = await doors.SealAsync(valid.Id, valid.Door, cancellationToken) };
            await hosts.PutAsync(
                valid.Id, known => (known is null ? valid.Over(null, Clock.GetUtcNow()) : valid.Described(known)) with
                { IsConfigured = true }, cancellationToken);
        }

        await LetGoAsync(cancellationToken);
        await ReconcileAsync(cancellationToken);
    }

    // What an earlier configuration named and this one does not has been taken out by whoever wrote it.
    private async Task LetGoAsync(CancellationToken cancellationToken)
    {
        var named = options.Hosts.Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var host in (await hosts.RefreshAsync(cancellationToken)).Where(h => h.IsConfigured && !named.Contains(h.Id.Value)))
        {
            HostNoLongerConfigured(host.Id);
            await hosts.UpdateAsync(
                host.Id, h => h with
                {
                    Status = HostStatus.Draining,
                    Reason = "The configuration no longer names it.",
                    RetryAt = null,
                    IsLeaving = true
                }, cancellationToken);
        }
    }

    /// <summary>Follows the pool's table.</summary>
    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(LookInterval, Clock, stoppingToken);
        await ReconcileAsync(stoppingToken);
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
            var asOf = Clock.GetUtcNow();
            var pool = await ForgetAsync(await hosts.RefreshAsync(cancellationToken), cancellationToken);
            await connections.FollowAsync(pool, this, driver.IsReady, cancellationToken);
            watch.ForgetReleased(asOf);
            foreach (var host in pool)
            {
                await WhateverAsync(host.Id, () => IntroduceAsync(host, cancellationToken));
            }

            foreach (var host in driver.IsReady ? hosts.Known : [])
            {
                await WhateverAsync(host.Id, () => warmUps.StartAsync(host, cancellationToken));
            }
        }
        finally
        {
            turn.Release();
        }
    }

    // Hosts that come and go by themselves leave no trace for ever.
    private async Task<ImmutableArray<PoolHost>> ForgetAsync(ImmutableArray<PoolHost> pool, CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var gone = pool.Where(h => h.Leases.IsEmpty
            && (h.IsLeaving || (h is { Status: HostStatus.Offline, HeartbeatAt: { } at } && now - at > options.ForgetHostsAfter)))
            .ToArray();
        foreach (var host in gone)
        {
            HostForgotten(host.Id);
            await hosts.DeleteAsync(host.Id, cancellationToken);
        }

        return pool.RemoveRange(gone);
    }

    public async ValueTask ConnectedAsync(HostId host)
    {
        HostConnected(host);
        connections.Find(host)?.ForgetStaged();
        cacheNodes.Forget(host);
        sentinel.Forget(host);
        watch.WatchAgain(host);
        await SafelyAsync(host, async () =>
        {
            if (await probe.ProbeAsync(host, CancellationToken.None) is { Kind: not HostFaultKind.NoAnswer } fault)
            {
                await health.LostAsync(host, fault.Detail, CancellationToken.None);
            }
        });
        bell.Ring();
    }

    public ValueTask DisconnectedAsync(HostId host) => ValueTask.CompletedTask;

    public async ValueTask ProgressedAsync(HostId host, PromptId prompt, PromptProgress progress)
    {
        sentinel.Progressed(host, prompt);
        if (watch.Progressed(prompt, progress) is { } lease)
        {
            await SafelyAsync(host,
                () => driver.SignalAsync(lease.Run, new RunEvent.Begun(lease.Attempt, Clock.GetUtcNow()), CancellationToken.None));
        }
    }

    public ValueTask OthersProgressedAsync(HostId host, PromptId prompt)
    {
        sentinel.Progressed(host, prompt);
        return ValueTask.CompletedTask;
    }

    // Not waited for: it may take its time, and other news must not.
    public ValueTask EndedAsync(HostId host, PromptId prompt)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            _ = SafelyAsync(host, () => ends.EndedAsync(lease, CancellationToken.None));
        }

        return ValueTask.CompletedTask;
    }

    // Nothing is concluded from a listener's word: the run looks for itself.
    public async ValueTask MissingAsync(HostId host, PromptId prompt, bool wasExecuting)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            await SafelyAsync(host,
                () => driver.SignalAsync(lease.Run, new RunEvent.DeadlinePassed(Clock.GetUtcNow()), CancellationToken.None));
        }
    }

    public async ValueTask ReachableAsync(HostId host)
    {
        await SafelyAsync(host, () => LookAtAsync(host, CancellationToken.None));
    }

    public async ValueTask UnreachableAsync(HostId host, string? why)
    {
        if (Failures.IsToBeSaid($"{host} {nameof(HostUnreachable)}", out var unsaid))
        {
            HostUnreachable(host, why, unsaid);
        }

        sentinel.Forget(host);
        await SafelyAsync(host, () => health.LostAsync(host, why, CancellationToken.None));
    }

    public async ValueTask LookedAsync(HostId host, QueueView queue, bool isHearing) => await SafelyAsync(host, async () =>
    {
        if (queue.Running is [var running, ..] && watch.Taken(running) is { } lease)
        {
            await driver.SignalAsync(lease.Run, new RunEvent.Begun(lease.Attempt, Clock.GetUtcNow()), CancellationToken.None);
        }

        await sentinel.LookedAsync(host, queue, isHearing, CancellationToken.None);
    });

    public ValueTask QueueMovedAsync(HostId host) => ValueTask.CompletedTask;

    public ValueTask PreviewedAsync(HostId host, PromptId prompt, Preview preview)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            previews.Set(lease.Run, preview);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PicturedAsync(HostId host, PromptId prompt, string node, Preview picture)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            pictures.Add(lease, node, picture);
            previews.Set(lease.Run, picture);
        }

        return ValueTask.CompletedTask;
    }

    private async Task IntroduceAsync(PoolHost host, CancellationToken cancellationToken)
    {
        if (probe.IsDue(host))
        {
            await LookAtAsync(host.Id, cancellationToken);
        }
        else if (host.CatalogHash is { } catalog)
        {
            await catalogs.GetAsync(catalog, cancellationToken);
        }
    }

    private async Task LookAtAsync(HostId host, CancellationToken cancellationToken)
    {
        if (await probe.ProbeAsync(host, cancellationToken) is { } fault)
        {
            await health.LostAsync(host, fault.Detail, cancellationToken);
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

    // The listener must go on whatever storage or the durable runtime answer; the runs' own deadlines make up for a lost signal.
    private async Task SafelyAsync(HostId host, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (Failures.IsToBeSaid($"{host} {nameof(NewsNotPassedOn)}", out var unsaid))
            {
                NewsNotPassedOn(host, e.GetBaseException().Message, unsaid);
            }
        }
    }

    [LoggerMessage(EventIds.HostConnected, LogLevel.Information, "Connected to host {HostId}.")]
    private partial void HostConnected(HostId hostId);

    [LoggerMessage(EventIds.HostForgotten, LogLevel.Information,
        "Host {HostId} was taken out of the pool: it has been away for long, or is no longer configured.")]
    private partial void HostForgotten(HostId hostId);

    [LoggerMessage(EventIds.HostNoLongerConfigured, LogLevel.Information, "The configuration no longer names host {HostId}; it takes no new work.")]
    private partial void HostNoLongerConfigured(HostId hostId);

    [LoggerMessage(EventIds.HostUnreachable, LogLevel.Warning,
        "Host {HostId} does not answer; its runs move on. {Why} Not said since the last time: {Unsaid}.")]
    private partial void HostUnreachable(HostId hostId, string? why, int unsaid);

    [LoggerMessage(EventIds.HostNotFollowed, LogLevel.Error, "Host {HostId} could not be followed. Not said since the last time: {Unsaid}.")]
    private partial void HostNotFollowed(HostId hostId, int unsaid, Exception exception);

    [LoggerMessage(EventIds.NewsNotPassedOn, LogLevel.Warning,
        "News from host {HostId} could not be passed on: {Reason} Not said since the last time: {Unsaid}.")]
    private partial void NewsNotPassedOn(HostId hostId, string reason, int unsaid);
}

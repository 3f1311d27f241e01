using ComfyFunc.Comfy;
using ComfyFunc.Runs;
using ComfyFunc.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Pool;

/// <summary>Follows the pool: keeps a listener on every host, writes down who answers, and turns what is heard into signals to runs.</summary>
public sealed partial class HostMonitor(
    HostStore hosts, HostCatalogs catalogs, HostConnections connections, HostProbe probe, PromptWatch watch, CacheNodeBook cacheNodes, IRunDriver driver,
    DispatchBell bell, ComfyFuncOptions options, TimeProvider clock, ILogger<HostMonitor> logger) : BackgroundService, IHostObserver
{
    // Another process may have registered a host, or changed a row's state.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Registers the configured hosts and connects to the pool. Runs before the first request is served.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var host in options.Hosts)
        {
            var valid = HostRegistration.From(host);
            await hosts.PutAsync(valid.Id, known => valid.Over(known, clock.GetUtcNow()), cancellationToken);
        }

        await ReconcileAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(LookInterval, clock, stoppingToken);
            try
            {
                await ReconcileAsync(stoppingToken);
            }
            catch (StorageUnavailableException e)
            {
                PoolNotRead(e);
            }
        }
    }

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    /// <summary>Brings this process in line with the Hosts table: connections, catalogs, and a first look at hosts that are new.</summary>
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var pool = await hosts.RefreshAsync(cancellationToken);
            await connections.FollowAsync(pool, this);
            foreach (var host in pool)
            {
                if (host.CatalogHash is null)
                {
                    await IntroduceAsync(host, cancellationToken);
                }
                else
                {
                    await catalogs.GetAsync(host.CatalogHash, cancellationToken);
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Tells every run that holds a slot of the host that it is lost.</summary>
    public async Task LoseAsync(PoolHost host, CancellationToken cancellationToken)
    {
        foreach (var slot in host.Leases)
        {
            var lease = slot.On(host.Id);
            await driver.SignalAsync(lease.Run, new RunEvent.HostLost(host.Id, watch.HasBegun(lease), clock.GetUtcNow()), cancellationToken);
        }
    }

    public async ValueTask ConnectedAsync(HostId host)
    {
        HostConnected(host);
        connections.Find(host)?.ForgetStaged();
        cacheNodes.Forget(host);
        watch.WatchAgain(host);
        await SafelyAsync(host, () => probe.ProbeAsync(host, CancellationToken.None));
        bell.Ring();
    }

    public ValueTask DisconnectedAsync(HostId host) => ValueTask.CompletedTask;

    public ValueTask ProgressedAsync(HostId host, PromptId prompt, PromptProgress progress)
    {
        watch.Progressed(prompt, progress);
        return ValueTask.CompletedTask;
    }

    public async ValueTask EndedAsync(HostId host, PromptId prompt)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            await SafelyAsync(host, () => driver.SignalAsync(lease.Run, new RunEvent.Finished(lease.Attempt, clock.GetUtcNow()), CancellationToken.None));
        }
    }

    // Nothing is concluded from a listener's word: the run looks for itself.
    public async ValueTask MissingAsync(HostId host, PromptId prompt, bool wasExecuting)
    {
        if (watch.LeaseOf(prompt) is { } lease)
        {
            await SafelyAsync(host, () => driver.SignalAsync(lease.Run, new RunEvent.DeadlinePassed(clock.GetUtcNow()), CancellationToken.None));
        }
    }

    public async ValueTask ReachableAsync(HostId host)
    {
        await SafelyAsync(host, () => hosts.UpdateAsync(host, h => h.Status is HostStatus.Offline ? h with { Status = HostStatus.Ready, Reason = null } : h, CancellationToken.None));
        bell.Ring();
    }

    public async ValueTask UnreachableAsync(HostId host, Exception? why)
    {
        HostUnreachable(host, why);
        await SafelyAsync(host, () => hosts.UpdateAsync(host, GoneOffline, CancellationToken.None));
        foreach (var lease in watch.On(host).ToArray())
        {
            await SafelyAsync(host, () => driver.SignalAsync(lease.Run, new RunEvent.HostLost(host, watch.HasBegun(lease), clock.GetUtcNow()), CancellationToken.None));
        }
    }

    public ValueTask QueueMovedAsync(HostId host) => ValueTask.CompletedTask;

    public ValueTask PreviewedAsync(HostId host, PromptId prompt, Preview preview) => ValueTask.CompletedTask;

    private async Task IntroduceAsync(PoolHost host, CancellationToken cancellationToken)
    {
        if (!await probe.ProbeAsync(host.Id, cancellationToken))
        {
            await hosts.UpdateAsync(host.Id, GoneOffline, cancellationToken);
        }
    }

    private static PoolHost GoneOffline(PoolHost host) =>
        host.Status is HostStatus.Ready ? host with { Status = HostStatus.Offline, Reason = "It does not answer as a ComfyUI server." } : host;

    // The listener must go on whatever storage or the durable runtime answer; the runs' own deadlines make up for a lost signal.
    private async Task SafelyAsync(HostId host, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            NewsNotPassedOn(host, e);
        }
    }

    [LoggerMessage(LogLevel.Information, "Connected to host {HostId}.")]
    private partial void HostConnected(HostId hostId);

    [LoggerMessage(LogLevel.Warning, "Host {HostId} does not answer; its runs move on.")]
    private partial void HostUnreachable(HostId hostId, Exception? exception);

    [LoggerMessage(LogLevel.Warning, "News from host {HostId} could not be passed on.")]
    private partial void NewsNotPassedOn(HostId hostId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The pool could not be read; the next look comes soon.")]
    private partial void PoolNotRead(Exception exception);
}

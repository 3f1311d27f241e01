using System.Collections.Concurrent;
using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Kit;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Pool;

/// <summary>
/// Keeps what is known of the hosts' node classes and models up to date: ComfyUI announces nothing, a model that was copied into its folder
/// is just in the next answer. Each host is asked again within a minute, and at once when there is reason to.
/// </summary>
public sealed partial class CatalogWatch(HostStore hosts, HostCatalogs catalogs, HostProbe probe, DispatchBell dispatch, TimeProvider clock,
    ILogger<CatalogWatch> logger) : RecurringService(clock, logger)
{
    /// <summary>Between two looks at one host.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(45);

    /// <summary>Between two looks at one that tells of changes itself.</summary>
    private static readonly TimeSpan LongInterval = TimeSpan.FromMinutes(10);

    // Of a host whose heartbeats have stopped nothing is believed.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);
    private const int LooksAtOnce = 4;

    private readonly ConcurrentDictionary<HostId, DateTimeOffset> looked = new();
    private readonly Bell bell = new();

    /// <summary>What the host knows, as far as this process has read it.</summary>
    public NodeCatalog? Of(HostId host) => catalogs.Find(hosts.Find(host)?.CatalogHash);

    /// <summary>Makes sure that the catalogs of these hosts are at hand.</summary>
    public async Task LoadAsync(ImmutableArray<PoolHost> pool, CancellationToken cancellationToken)
    {
        foreach (var hash in pool.Select(h => h.CatalogHash).OfType<string>().Distinct())
        {
            await catalogs.GetAsync(hash, cancellationToken);
        }
    }

    /// <summary>Something suggests that the host has changed: it is asked soon.</summary>
    public void Doubt(HostId host)
    {
        looked.TryRemove(host, out _);
        bell.Ring();
    }

    /// <summary>Asks the hosts whose time has come.</summary>
    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await bell.WaitAsync(LookInterval, Clock, stoppingToken);
        await LookAsync(stoppingToken);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        catalogs.Forget(hosts.Known);
        var due = hosts.Known.Where(h => h.Status is not HostStatus.Offline && h.CatalogHash is not null
            && (!looked.TryGetValue(h.Id, out var at) || now - at >= IntervalOf(h, now))).ToArray();
        foreach (var some in due.Chunk(LooksAtOnce))
        {
            await Task.WhenAll(some.Select(h => LookAsync(h, cancellationToken)));
        }
    }

    private static TimeSpan IntervalOf(PoolHost host, DateTimeOffset now) =>
        host is { Report.CatalogHash: not null, HeartbeatAt: { } at } && now - at < LongestSilence ? LongInterval : Interval;

    private async Task LookAsync(PoolHost host, CancellationToken cancellationToken)
    {
        looked[host.Id] = Clock.GetUtcNow();
        if (await probe.LookAgainAsync(host.Id, cancellationToken) is { } hash && hash != host.CatalogHash)
        {
            CatalogChanged(host.Id);
            dispatch.Ring();
        }
    }

    [LoggerMessage(EventIds.CatalogChanged, LogLevel.Information, "The node classes or models of host {HostId} have changed.")]
    private partial void CatalogChanged(HostId hostId);
}

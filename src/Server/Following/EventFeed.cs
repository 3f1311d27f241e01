using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Following;

/// <summary>
/// Looks once a second what has changed, for all in this process who follow everything; while nobody does it asks nothing. No run waits for
/// it, and none is slower for being seen.
/// </summary>
public sealed class EventFeed(RunChanges changes, HostStore hosts, PendingStore pending, HostResource resource, IDocumentTables tables,
    ComfyFuncOptions options, TimeProvider clock, ILogger<EventFeed> logger) : RecurringService(clock, logger), IRunObserver
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(1);

    // They change without anything having happened.
    private static readonly string[] Restless = ["lastSeenAt", "heartbeatAt", "backlogSeconds"];

    private readonly Bell bell = new();
    private readonly ConcurrentDictionary<FeedFollower, bool> followers = new();
    private readonly ConcurrentQueue<RunRecord> ended = new();
    private readonly Dictionary<HostId, string> shownHosts = [];
    private string? shownPool;

    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (!followers.IsEmpty)
        {
            ended.Enqueue(run);
        }

        return Task.CompletedTask;
    }

    /// <param name="seesPool">Whether the pool and its hosts are the follower's business.</param>
    internal FeedFollower Follow(bool seesPool)
    {
        var follower = new FeedFollower(seesPool, f => followers.TryRemove(f, out _));
        followers[follower] = true;
        bell.Ring();
        return follower;
    }

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        if (followers.IsEmpty)
        {
            Forget();
            await bell.WaitAsync(IdlePatience, Clock, stoppingToken);
            return;
        }

        await LookAsync(stoppingToken);
        await Task.Delay(LookInterval, Clock, stoppingToken);
    }

    /// <summary>Looks once and tells all who follow.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var told = followers.Keys.ToArray();
        if (tables.AreShared)
        {
            await hosts.RefreshAsync(cancellationToken); // The queue is looked at once a second anyway.
        }

        var seen = await changes.LookAsync(EndedHere(), cancellationToken);
        var look = told.Any(f => f.SeesPool) ? await WithPoolAsync(seen, cancellationToken) : new FeedLook(seen, null, [], []);
        foreach (var follower in told)
        {
            follower.Tell(look);
        }
    }

    private void Forget()
    {
        changes.Forget();
        shownHosts.Clear();
        shownPool = null;
        ended.Clear();
    }

    private IEnumerable<RunRecord> EndedHere()
    {
        while (ended.TryDequeue(out var run))
        {
            yield return run;
        }
    }

    private async Task<FeedLook> WithPoolAsync(ImmutableArray<SeenRun> runs, CancellationToken cancellationToken)
    {
        var (pool, others, isFirst) = (hosts.Known, ImmutableArray.CreateBuilder<string>(), shownPool is null);
        foreach (var host in pool)
        {
            var shown = await resource.ShowAsync(host, cancellationToken);
            var text = shown.ToJsonString(ServerJson.Options);
            var still = StillOf(shown);
            if (!isFirst && shownHosts.GetValueOrDefault(host.Id) != still)
            {
                others.Add(text);
            }

            shownHosts[host.Id] = still;
        }

        ImmutableArray<HostId> removed = [.. shownHosts.Keys.Except(pool.Select(h => h.Id))];
        foreach (var id in removed)
        {
            shownHosts.Remove(id);
        }

        var load = PoolLoad.Of(pool, pending.Known, options.ScaleTarget, Clock.GetUtcNow());
        var view = JsonSerializer.Serialize(PoolView.Of(load, pool, pending.PausedAt is not null), ServerJson.Options);
        var changed = isFirst || view == shownPool ? null : view;
        shownPool = view;
        return new(runs, changed, others.ToImmutable(), removed);
    }

    private static string StillOf(JsonObject host)
    {
        foreach (var member in Restless)
        {
            host.Remove(member);
        }

        return host.ToJsonString(ServerJson.Options);
    }
}

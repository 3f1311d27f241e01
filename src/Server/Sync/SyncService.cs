using System.Collections.Immutable;
using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Workflows;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Sync;

/// <summary>
/// Gives hosts what was published a moment ago, and everything to a host that joins, is back, has moved, or is to be in step from now on.
/// A sweep finds what this process does not hear of.
/// </summary>
public sealed partial class SyncService(HostStore hosts, HostSyncing syncing, PublishedGraphs published, PublishBell bell,
    TimeProvider clock, ILogger<SyncService> logger) : RecurringService(clock, logger)
{
    // Looks at nothing but what this process knows.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<HostId, Turn> turns = [];

    protected override async Task RoundAsync(CancellationToken stoppingToken)
    {
        await bell.WaitAsync(LookInterval, Clock, stoppingToken);
        var names = bell.Drain();
        var since = published.Moment();
        var pool = hosts.Known;
        foreach (var host in pool)
        {
            var turn = turns.TryGetValue(host.Id, out var known) ? known : turns[host.Id] = new();
            turn.Settle(Clock.GetUtcNow());
            if (syncing.IsWanted(host))
            {
                turn.Want(host, names);
                turn.Start(some => RunAsync(host.Id, some, since, stoppingToken), Clock.GetUtcNow());
            }
            else
            {
                turn.Rest();
            }
        }

        foreach (var gone in turns.Keys.Where(id => pool.All(h => h.Id != id)).ToArray())
        {
            turns.Remove(gone);
        }
    }

    private async Task<SyncReply> RunAsync(HostId host, ImmutableHashSet<string>? names, long since, CancellationToken stoppingToken)
    {
        await Task.Yield(); // The next host's turn does not wait for this one's first answer.
        try
        {
            return await syncing.SyncAsync(host, names, since, stoppingToken);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e is not (StorageUnavailableException or OperationCanceledException)
                && Failures.IsToBeSaid($"{host} {nameof(HostNotInStep)}", out var unsaid))
            {
                HostNotInStep(host, unsaid, e);
            }

            return SyncReply.Failed;
        }
        finally
        {
            bell.Ring();
        }
    }

    [LoggerMessage(EventIds.HostNotInStep, LogLevel.Error,
        "Host {HostId} could not be brought in step. Not said since the last time: {Unsaid}.")]
    private partial void HostNotInStep(HostId hostId, int unsaid, Exception exception);

    /// <summary>What one host is to be given, and whether it is being given it.</summary>
    private sealed class Turn
    {
        private (Uri Url, string? Door)? seen;
        private bool wantsAll;
        private ImmutableHashSet<string> wanted = [];
        private int failures;
        private DateTimeOffset notBefore;
        private Task<SyncReply>? running;

        /// <summary>Takes over what came of the last time.</summary>
        public void Settle(DateTimeOffset now)
        {
            if (running is not { IsCompletedSuccessfully: true, Result: var reply })
            {
                return;
            }

            running = null;
            failures = reply is SyncReply.Failed ? failures + 1 : 0;
            if (failures > 0)
            {
                (wantsAll, notBefore) = (true, now + SyncPatience.After(failures));
            }
        }

        public void Want(PoolHost host, ImmutableHashSet<string> names)
        {
            if (seen != (host.Url, host.Door))
            {
                (seen, wantsAll, failures, notBefore) = ((host.Url, host.Door), true, 0, default);
            }

            wanted = wanted.Union(names);
        }

        /// <summary>It is away, or is to be left alone: when that is over it gets everything.</summary>
        public void Rest() => (seen, wantsAll, wanted) = (null, false, []);

        public void Start(Func<ImmutableHashSet<string>?, Task<SyncReply>> run, DateTimeOffset now)
        {
            if (running is not null || now < notBefore || (!wantsAll && wanted.IsEmpty))
            {
                return;
            }

            var names = wantsAll ? null : wanted;
            (wantsAll, wanted) = (false, []);
            running = run(names);
        }
    }
}

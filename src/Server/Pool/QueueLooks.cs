using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Callers;

namespace ComfyFunc.Server.Pool;

/// <summary>Shows the queue to callers: who waits, for what, and until when.</summary>
public sealed class QueueLooks(HostStore hosts, PendingStore pending, Capabilities capabilities, TimeProvider clock)
{
    // Where a run will go is foreseen for the first of the queue: what comes after them has time enough to be foreseen anew.
    private const int MostForeseen = 200;

    /// <summary>What the queue as a whole is like, as this process last saw it.</summary>
    internal QueueHead HeadFor(Caller caller) => new()
    {
        Paused = pending.PausedAt is not null,
        PausedAt = pending.PausedAt,
        Total = pending.Known.Count(r => Sees(caller, r)),
    };

    /// <summary>The first of those that the caller may see, as this process last saw them.</summary>
    internal ImmutableArray<WaitingView> FirstFor(Caller caller, int most)
    {
        var (queue, pool, now) = (pending.Known, hosts.Known, clock.GetUtcNow());
        var shown = queue.First(most, r => Sees(caller, r)).ToArray();
        if (shown.Length == 0)
        {
            return [];
        }

        var served = pool.SelectMany(h => h.Leases).Select(l => l.Run).ToHashSet();
        var outlooks = pending.PausedAt is not null ? ImmutableDictionary<RunId, Outlook>.Empty
            : Scheduler.Foresee(pool, queue, served, capabilities.Has, now, MostForeseen);
        return [.. shown.Select(run => Show(run, queue, pool, outlooks.GetValueOrDefault(run.Run), caller, now))];
    }

    private WaitingView Show(WaitingRun run, WaitingQueue queue, ImmutableArray<PoolHost> pool, Outlook? outlook, Caller caller,
        DateTimeOffset now)
    {
        var (workflow, version) = WorkOf(run.Work.Name);
        var reason = pending.PausedAt is not null && run.Work.Demands.Host is null ? WaitReason.Paused
            : WaitReason.Of(run, pool, capabilities.Has, outlook, now);
        return new()
        {
            Run = run.Run.Value,
            Workflow = workflow,
            Version = version,
            Client = caller.Role is Settings.Role.Admin && run.Client.Length > 0 ? run.Client : null,
            Batch = run.Batch,
            Priority = run.Priority,
            Position = queue.PositionOf(run.Run) ?? 0,
            Since = run.Since,
            StartBy = run.StartBy,
            WaitsFor = new()
            {
                Code = JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.Cause.ToString()),
                Message = reason.Cause is WaitCause.NoCapableHost ? capabilities.Explain(run, pool) : reason.Message,
            },
            ExpectedStartAt = outlook?.StartsAt,
        };
    }

    private static bool Sees(Caller caller, WaitingRun run) => caller.Sees(run.Client) && caller.Scope.Has(WorkOf(run.Work.Name).Workflow);

    // As in "portrait@3".
    private static (string Workflow, int Version) WorkOf(string work)
    {
        var at = work.LastIndexOf('@');
        return at > 0 && int.TryParse(work.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? (work[..at], version) : (work, 0);
    }
}

using ComfyFunc.Adapters;
using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Gives back slots that a crash left lent: the runs are asked, and a prompt that nobody waits for is stopped first. Those that are needed
/// get somebody who has an eye on them.
/// </summary>
public sealed partial class LeaseSweep(
    HostStore hosts, PendingStore pending, RunStore runs, PromptWatch watch, IRunDriver driver, DispatchBell bell, TimeProvider clock,
    ILogger<LeaseSweep> logger)
{
    // A lease younger than this may belong to a step that is just being carried out.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(20);

    // So few rows cost less to find than what lies between them.
    private const int LookedAtEach = 10;

    // The rest of a round through the queue.
    private Queue<RunId> toSweep = new();

    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var host in await hosts.RefreshAsync(cancellationToken))
        {
            foreach (var slot in host.Leases.Where(l => now - l.At > Settled))
            {
                await LookAsync(slot.On(host.Id), cancellationToken);
            }
        }

        await SweepQueueAsync(now, cancellationToken);
    }

    // A part of the queue at a time. Those whose rows say that they wait for a slot come with one query; the others are looked at each.
    private async Task SweepQueueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var part = await NextPartAsync(now, cancellationToken);
        var wanting = part.Length <= LookedAtEach ? [] : await WantingAsync(part, cancellationToken);
        foreach (var waiting in part.Where(w => !wanting.Contains(w.Run)))
        {
            if (!NeedsSlot(await runs.FindAsync(waiting.Run, cancellationToken)))
            {
                await pending.TakeAsync(waiting.Run, cancellationToken);
            }
        }
    }

    private async Task<WaitingRun[]> NextPartAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var queue = await pending.RefreshAsync(cancellationToken);
        if (toSweep.Count == 0)
        {
            // Put in order once for a whole round.
            toSweep = new(queue.Where(w => now - w.Since > Settled).Select(w => w.Run).OrderBy(r => r.Value, StringComparer.Ordinal));
        }

        var part = new List<WaitingRun>();
        while (part.Count < DocumentQuery.LargestPage && toSweep.TryDequeue(out var next))
        {
            if (queue.Find(next) is { } waiting) // Else it has gone meanwhile.
            {
                part.Add(waiting);
            }
        }

        return [.. part];
    }

    private async Task<HashSet<RunId>> WantingAsync(WaitingRun[] inOrder, CancellationToken cancellationToken)
    {
        var wanting = new HashSet<RunId>();
        await foreach (var run in runs.OpenAmongAsync(inOrder[0].Run, inOrder[^1].Run, cancellationToken))
        {
            if (NeedsSlot(run))
            {
                wanting.Add(run.Id);
            }
        }

        return wanting;
    }

    private async Task LookAsync(Lease lease, CancellationToken cancellationToken)
    {
        var run = await runs.FindAsync(lease.Run, cancellationToken);
        if (run is { State: RunState.Waiting waiting } && waiting.Placement.Attempt == lease.Attempt)
        {
            // It was granted this slot, and the signal was lost.
            await driver.SignalAsync(lease.Run, new RunEvent.Granted(lease, clock.GetUtcNow()), cancellationToken);
        }
        else if (run is null or { Outcome: not null } || AttemptOf(run.State) > lease.Attempt)
        {
            await watch.StopAsync(lease, cancellationToken);
            watch.Forget(lease);
            await hosts.UpdateAsync(lease.Host, h => h.TakeBack(lease, clock.GetUtcNow()), cancellationToken);
            SlotRecovered(lease.Run, lease.Attempt, lease.Host);
            bell.Ring();
        }
        else if (run.State is RunState.Executing executing && executing.Lease == lease)
        {
            watch.Adopt(lease); // Whoever submitted it may be gone.
        }
    }

    private static bool NeedsSlot(RunRecord? run) => run?.State is RunState.Waiting or RunState.Placing;

    private static int AttemptOf(RunState state) => state switch
    {
        RunState.Placing s => s.Placement.Attempt,
        RunState.Waiting s => s.Placement.Attempt,
        _ => RunProcess.LeaseOf(state)?.Attempt ?? 0,
    };

    [LoggerMessage(EventIds.SlotRecovered, LogLevel.Warning,
        "Attempt {Attempt} of run {RunId} no longer needs its slot on {HostId}; it was given back.")]
    private partial void SlotRecovered(RunId runId, int attempt, HostId hostId);
}

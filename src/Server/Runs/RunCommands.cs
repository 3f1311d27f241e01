using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using static ComfyFunc.Engine.Runs.RunCommand;

namespace ComfyFunc.Server.Runs;

/// <summary>Carries out what a run's process commands, each command by the one who knows how. Carrying out twice is safe.</summary>
public sealed class RunCommands(Placer placer, Collector collector, Doubts doubts, SlotFinder slots, RunQueue queue, PromptWatch watch,
    HostHealth health, HostMonitor monitor)
{
    /// <returns>The run as it is then, and the answer to a command that asks.</returns>
    public async Task<(RunRecord Run, RunEvent? Answer)> CarryOutAsync(RunRecord run, RunCommand command, RunEvent cause,
        CancellationToken cancellationToken)
    {
        if (AskedHost(command) is { } asked)
        {
            await monitor.ReachAsync(asked, cancellationToken); // A host that this process does not know yet is not gone.
        }

        switch (command)
        {
            case Place c:
                return await placer.PlaceAsync(run, c, cancellationToken);
            case Collect c:
                return await doubts.ConsiderAsync(run, await collector.CollectAsync(run, c.Lease, cancellationToken),
                    c.Lease, cancellationToken);
            case Inspect c:
                return (run, await watch.InspectAsync(c.Lease, cancellationToken));
            case StopPrompt c:
                return (run, await watch.StopAsync(c.Lease, cancellationToken));
            case Enqueue c:
                await queue.AddAsync(run, c.Placement, cancellationToken);
                break;
            case Dequeue:
                await queue.TakeAsync(run.Id, cancellationToken);
                break;
            case Release c:
                await health.EndedAsync(run.EndOf(c.Lease, cause), cancellationToken);
                break;
            case GiveBack c:
                await slots.GiveBackAsync(run.Id, c.Attempt, cancellationToken);
                break;
            case Judge c:
                await health.JudgeAsync(c.Host, c.IsToBlame, cancellationToken);
                break;
            case Abandon c:
                await watch.TakeOffAsync(c.Lease.Host, c.Lease.Prompt, cancellationToken);
                break;
            case FreeMemory c:
                await watch.FreeMemoryAsync(c.Host, cancellationToken);
                break;
            case Quarantine c:
                await health.QuarantineAsync(c.Host, c.Reason, cancellationToken);
                break;
        }

        return (run, null);
    }

    private static HostId? AskedHost(RunCommand command) => command switch
    {
        Collect c => c.Lease.Host,
        Inspect c => c.Lease.Host,
        StopPrompt c => c.Lease.Host,
        Abandon c => c.Lease.Host,
        FreeMemory c => c.Host,
        _ => null,
    };
}

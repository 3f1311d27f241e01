using System.Collections.Concurrent;
using ComfyFunc.Comfy;
using ComfyFunc.Runs;

namespace ComfyFunc.Pool;

/// <summary>Gathers the signs of life of the hosts that this process listens to, and acts when one answers but does not get on.</summary>
public sealed class HostSentinel(HostStore hosts, PromptWatch watch, HostHealth health, IRunDriver driver, ComfyFuncOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<HostId, HostSigns> signs = new();

    public HostSigns SignsOf(HostId host) => signs.GetValueOrDefault(host, HostSigns.None);

    public void Progressed(HostId host, PromptId prompt) =>
        signs.AddOrUpdate(host, _ => HostSigns.None.Progressed(prompt, clock.GetUtcNow()), (_, known) => known.Progressed(prompt, clock.GetUtcNow()));

    /// <summary>The connection is new, or gone: what was seen before says nothing of now.</summary>
    public void Forget(HostId host) => signs.TryRemove(host, out _);

    public async Task LookedAsync(HostId id, QueueView queue, bool isHearing, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        PromptId? running = queue.Running.IsEmpty ? null : queue.Running[0];
        var seen = signs.AddOrUpdate(id, _ => HostSigns.None.Looked(running, queue.Pending, isHearing, now), (_, known) => known.Looked(running, queue.Pending, isHearing, now));
        if (hosts.Find(id) is not { } host || (host.Status is HostStatus.Quarantined && !host.IsOnTrial(now)))
        {
            return;
        }

        var slot = host.Leases.FirstOrDefault(l => l.On(id).Prompt == running);
        switch (StuckRules.Judge(seen, slot, watch.LeaseOf(running) is not null, host.IsOnTrial(now), options.Health, now))
        {
            case Verdict.Zombie zombie:
                await health.QuarantineAsync(id, zombie.Reason, cancellationToken);
                break;
            case Verdict.Stuck when slot is not null:
                Progressed(id, running!.Value); // A prompt that is stuck is running. It gets its time to react before it is told again.
                await driver.SignalAsync(slot.Run, new RunEvent.Stuck(slot.Attempt, now), cancellationToken);
                break;
        }
    }
}

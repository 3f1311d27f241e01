using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Decides whether a node's failure is worth asking another host: when its own has failed so much that it may be sick, and another could
/// tell.
/// </summary>
public sealed class Doubts(HostStore hosts, RunPrompts prompts, Capabilities capabilities, ComfyFuncOptions options, TimeProvider clock)
{
    /// <returns>The answer as it was, or marked as doubtful.</returns>
    public async Task<(RunRecord Run, RunEvent Answer)> ConsiderAsync(RunRecord run, (RunRecord Run, RunEvent Answer) collected,
        Lease lease, CancellationToken cancellationToken) =>
        collected.Answer is RunEvent.ExecutionFailed failed && failed.Fault.Code == FaultCode.NodeFailed
        && run.State is RunState.Collecting { Placement: { Doubt: null } placement }
        && hosts.Find(lease.Host) is { } host && HealthRules.IsDoubted(host, options.Health, clock.GetUtcNow())
        && await CanBeAskedElsewhereAsync(run, placement.Without(lease.Host), cancellationToken)
            ? (collected.Run, failed with { IsDoubtful = true })
            : collected;

    private async Task<bool> CanBeAskedElsewhereAsync(RunRecord run, Placement placement, CancellationToken cancellationToken)
    {
        var waiting = await prompts.WaitingAsync(run, placement, cancellationToken);
        return hosts.Known.Any(h => h.Status is HostStatus.Ready
            && Feasibility.Of(waiting, h, hosts.Known, capabilities.Has) is Unfitness.None);
    }
}

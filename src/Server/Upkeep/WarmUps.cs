using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Pool;
using ComfyFunc.Server.Calls;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;
using ComfyFunc.Server.Settings;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Server.Upkeep;

/// <summary>
/// Starts the warm-up of a host that joins, and of one that has to prove itself after a rest: a run like any other, meant for that host
/// alone.
/// </summary>
public sealed partial class WarmUps(HostStore hosts, RunIntake intake, HostHealth health, IRunDriver driver, ComfyFuncOptions options,
    TimeProvider clock, ILogger<WarmUps> logger) : IWarmUps
{
    public async Task StartAsync(PoolHost host, CancellationToken cancellationToken)
    {
        if (!IsDue(host))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var claimed = await hosts.UpdateAsync(host.Id, h => IsDue(h) ? h with { WarmUpAt = now } : null, cancellationToken);
        if (claimed?.WarmUp is not { } workflow)
        {
            return;
        }

        switch (await intake.AcceptAsync(
            new Call(workflow) { Demands = new() { Host = host.Id }, Priority = int.MaxValue / 2 }, cancellationToken))
        {
            case IntakeReply.Accepted { Run: var run }:
                WarmUpStarted(host.Id, workflow, run.Id);
                await driver.StartAsync(run.Id, cancellationToken);
                break;
            case IntakeReply.Refused refused:
                await health.WarmUpFailedAsync(host.Id, refused.Faults[0].Detail, cancellationToken);
                break;
        }
    }

    // A claim older than any run has lasted was left by a process that died.
    private bool IsDue(PoolHost host)
    {
        var now = clock.GetUtcNow();
        return host is { WarmUp: not null, CatalogHash: not null, Leases.IsEmpty: true }
            && (host.Status is HostStatus.WarmingUp || host.IsOnTrial(now))
            && (host.WarmUpAt is not { } at || now - at > options.FinishWithin || (host.IsOnTrial(now) && at < host.RetryAt));
    }

    [LoggerMessage(EventIds.WarmUpStarted, LogLevel.Information, "Host {HostId} warms up with '{Workflow}', run {RunId}.")]
    private partial void WarmUpStarted(HostId hostId, string workflow, RunId runId);
}

using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Upkeep;

/// <summary>A warm-up that did not succeed speaks against its host.</summary>
public sealed class WarmUpVerdict(HostHealth health) : IRunObserver
{
    public Task EndedAsync(RunRecord run, CancellationToken cancellationToken) =>
        run is { Demands.Host: { } host, Outcome: not RunOutcome.Succeeded }
            ? health.WarmUpFailedAsync(host, run.Outcome is RunOutcome.Failed failed ? failed.Fault.Message : $"It {run.Status}.",
                cancellationToken)
            : Task.CompletedTask;
}

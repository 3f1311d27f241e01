using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Bench;

/// <summary>Drives nothing: what a run does with the slot that it is granted is told here.</summary>
internal abstract class GrantDriver : IRunDriver
{
    public bool IsReady => true;

    public abstract bool DrivesHere { get; }

    public long Signals => 0;

    public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken) =>
        signal is RunEvent.Granted granted ? GrantedAsync(granted.Lease, cancellationToken) : Task.CompletedTask;

    public Task StartAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ResumeAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => Task.CompletedTask;

    protected abstract Task GrantedAsync(Lease lease, CancellationToken cancellationToken);
}

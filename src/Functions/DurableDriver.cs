using ComfyFunc.Adapters;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Runs;
using Microsoft.Extensions.Logging;

namespace ComfyFunc.Functions;

/// <summary>
/// Drives runs in whichever process has them in hand: the one that took the call, or the one that hears news of them. What takes long has a
/// keeper in the durable runtime besides, which outlives processes.
/// </summary>
public sealed partial class DurableDriver(RunLoops loops, DurableHub hub, TimeProvider clock, ILogger<DurableDriver> logger) : IRunDriver
{
    private long signals;

    public long Signals => Interlocked.Read(ref signals);

    /// <summary>A process without a client could not leave its runs to keepers.</summary>
    public bool IsReady => hub.IsReady;

    public bool DrivesHere => true;

    public Task StartAsync(RunId run, CancellationToken cancellationToken)
    {
        loops.Drive(run, new RunEvent.Accepted(clock.GetUtcNow()));
        return Task.CompletedTask;
    }

    /// <summary>A run that has no keeper although it takes long lost its process before it got one.</summary>
    public async Task ResumeAsync(RunId run, CancellationToken cancellationToken)
    {
        if (!loops.Drives(run) && !await hub.IsKeptAsync(run, cancellationToken))
        {
            RunTakenOver(run);
            loops.Drive(run, new RunEvent.DeadlinePassed(clock.GetUtcNow()));
        }
    }

    public Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref signals);
        loops.Signal(run, signal);
        return Task.CompletedTask;
    }

    public Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken) => SignalAsync(run, news, cancellationToken);

    public Task ForgetAsync(RunId run, CancellationToken cancellationToken) => hub.ForgetAsync(run, cancellationToken);

    public Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        hub.ForgetBeforeAsync(time, cancellationToken);

    [LoggerMessage(EventIds.DurableDriverRunTakenOver, LogLevel.Warning, "Run {RunId} was driven by nobody; it is taken over.")]
    private partial void RunTakenOver(RunId runId);
}

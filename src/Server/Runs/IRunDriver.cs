using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Runs;

/// <summary>Keeps runs going: the embedded driver in one process, Durable Functions in many. It decides nothing.</summary>
public interface IRunDriver
{
    /// <summary>
    /// Whether this process can start and wake runs. One that cannot lends no slot, feeds no batch, rescues nobody and listens to no host:
    /// it would change storage and then leave the work to nobody. It may become so later, and stays so.
    /// </summary>
    bool IsReady { get; }

    /// <summary>How many signals this process has sent.</summary>
    long Signals { get; }

    /// <summary>Takes over a run whose row has been written. Taking it over twice is taking it over once.</summary>
    Task StartAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>
    /// Takes over a run whose driver may have died between writing its row and starting it, or later. One that is driven is left alone.
    /// </summary>
    Task ResumeAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Wakes a waiting run. A signal to a run that has ended, or is unknown, is dropped.</summary>
    Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken);

    /// <summary>
    /// Carries a run forward in this very process, because whoever drives it has not done so in time. Its driver learns of it.
    /// </summary>
    Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken);

    /// <summary>Drops what it keeps of a run that has ended and is about to be deleted.</summary>
    Task ForgetAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Drops what it keeps of any run that ended and was created before a time, whether its row is still there or not.</summary>
    Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken);
}

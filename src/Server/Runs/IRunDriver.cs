using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;
using ComfyFunc.Server.Pool;

namespace ComfyFunc.Server.Runs;

/// <summary>Keeps runs going: the embedded driver in one process, Durable Functions in many. It decides nothing.</summary>
public interface IRunDriver : IRunSignals
{
    /// <summary>How many signals this process has sent.</summary>
    long Signals { get; }

    /// <summary>Whether the runs that this process accepts take their first step in it.</summary>
    bool DrivesHere { get; }

    /// <summary>Takes over a run whose row has been written. Taking it over twice is taking it over once.</summary>
    Task StartAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>
    /// Takes over a run whose driver may have died between writing its row and starting it, or later. One that is driven is left alone.
    /// </summary>
    Task ResumeAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>
    /// Carries a run forward in this very process, because whoever drives it has not done so in time. Its driver learns of it.
    /// </summary>
    Task TakeOverAsync(RunId run, RunEvent news, CancellationToken cancellationToken);

    /// <summary>Drops what it keeps of a run that has ended and is about to be deleted.</summary>
    Task ForgetAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Drops what it keeps of any run that ended and was created before a time, whether its row is still there or not.</summary>
    Task ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken);
}

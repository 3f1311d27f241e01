using ComfyFunc.Engine;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Server.Pool;

/// <summary>Wakes runs by what is heard of their hosts. Who drives them does so in his own way.</summary>
public interface IRunSignals
{
    /// <summary>
    /// Whether this process can start and wake runs. One that cannot lends no slot, feeds no batch, rescues nobody and listens to no host:
    /// it would change storage and then leave the work to nobody. It may become so later, and stays so.
    /// </summary>
    bool IsReady { get; }

    /// <summary>Wakes a waiting run. A signal to a run that has ended, or is unknown, is dropped.</summary>
    Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken);
}

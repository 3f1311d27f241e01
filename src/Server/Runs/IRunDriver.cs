namespace ComfyFunc.Runs;

/// <summary>Keeps runs going: the embedded driver in one process, Durable Functions in many. It decides nothing.</summary>
public interface IRunDriver
{
    /// <summary>Takes over a run whose row has been written. Taking it over twice is taking it over once.</summary>
    Task StartAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Takes over a run whose driver may have died between writing its row and starting it, or later. One that is driven is left alone.</summary>
    Task ResumeAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Wakes a waiting run. A signal to a run that has ended, or is unknown, is dropped.</summary>
    Task SignalAsync(RunId run, RunEvent signal, CancellationToken cancellationToken);
}

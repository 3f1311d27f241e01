namespace ComfyFunc.Server.Runs;

/// <summary>
/// Is told what becomes of runs: who waits for them, who writes them down for others, who counts them. A run knows none of them.
/// </summary>
public interface IRunObserver
{
    /// <summary>
    /// The run's row is about to say that this happened. What must not be lost is written down now; a crash before the row is written
    /// leaves it behind, and whoever finds it looks at the row first.
    /// </summary>
    /// <returns>Whether it wants to be told by <see cref="Happened"/> that the row is written.</returns>
    Task<bool> HappeningAsync(RunRecord run, RunMoment moment, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>The row says so now.</summary>
    void Happened(RunRecord run) { }

    /// <summary>The run's final row is written. Its slot is given back only afterwards, so this is quick.</summary>
    Task EndedAsync(RunRecord run, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The run is being deleted: what is kept of it goes too. May be asked again.</summary>
    Task RemovedAsync(RunRecord run, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What happens to a run once, as far as others are told of it.</summary>
public enum RunMoment
{
    /// <summary>Its prompt executes for the first time.</summary>
    Started,

    Ended,
}

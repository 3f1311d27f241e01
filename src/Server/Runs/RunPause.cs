namespace ComfyFunc.Server.Runs;

/// <summary>Where a run came to rest: it waits for a signal until then, or it has ended.</summary>
/// <param name="Step">How far the run's row was by then. Handed back with the next event, it tells a process whether the row that it
/// remembers is still good.</param>
public readonly record struct RunPause(DateTimeOffset? Until, int Step)
{
    public bool HasEnded() => Until is null;
}

namespace ComfyFunc.Engine.Runs;

/// <summary>
/// What the shell must do for a run. An asking command (<see cref="Place"/>, <see cref="Inspect"/>, <see cref="StopPrompt"/>,
/// <see cref="Collect"/>, <see cref="Await"/>) is answered by one event and is always the last of its step; the others are carried out and
/// forgotten. Each may be carried out twice.
/// </summary>
public abstract record RunCommand
{
    private RunCommand() { }

    /// <summary>Lease a slot (unless one was granted), stage the files, submit.</summary>
    public sealed record Place(Placement Placement, Lease? Granted = null) : RunCommand;

    /// <summary>Wait for a signal, at most until then.</summary>
    public sealed record Await(DateTimeOffset Until) : RunCommand;

    /// <summary>Ask the host where the prompt is.</summary>
    public sealed record Inspect(Lease Lease) : RunCommand;

    /// <summary>Take the prompt off its host by its id, and ask where it is then.</summary>
    public sealed record StopPrompt(Lease Lease) : RunCommand;

    /// <summary>Read the history and copy every output to storage.</summary>
    public sealed record Collect(Lease Lease) : RunCommand;

    public sealed record Enqueue(Placement Placement) : RunCommand;

    public sealed record Dequeue : RunCommand;

    public sealed record Release(Lease Lease) : RunCommand;

    /// <summary>Take the prompt off a host that is given up, without waiting to see that it is gone.</summary>
    public sealed record Abandon(Lease Lease) : RunCommand;

    /// <summary>Give back whatever slot the attempt may have got, and take its prompt off, where a failed step left that open.</summary>
    public sealed record GiveBack(int Attempt) : RunCommand;

    /// <summary>Say whether a doubted host or the run's own input is to blame for a node's failure.</summary>
    public sealed record Judge(HostId Host, bool IsToBlame) : RunCommand;

    /// <summary>Make the host unload its models and drop its cache.</summary>
    public sealed record FreeMemory(HostId Host) : RunCommand;

    /// <summary>Give the host no more work until somebody has looked at it.</summary>
    public sealed record Quarantine(HostId Host, string Reason) : RunCommand;

    /// <summary>Write the run's final row and tell whoever waits.</summary>
    public sealed record Publish(RunOutcome Outcome) : RunCommand;
}

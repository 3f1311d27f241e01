using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Runs;

/// <summary>Something that happened to a run. Signals come from outside at any time; the others answer a command.</summary>
[JsonDerivedType(typeof(Accepted), "accepted")]
[JsonDerivedType(typeof(Placed), "placed")]
[JsonDerivedType(typeof(NoSlot), "noSlot")]
[JsonDerivedType(typeof(NoHost), "noHost")]
[JsonDerivedType(typeof(Poisoned), "poisoned")]
[JsonDerivedType(typeof(OnlyExcluded), "onlyExcluded")]
[JsonDerivedType(typeof(PromptRefused), "promptRefused")]
[JsonDerivedType(typeof(RefusedHere), "refusedHere")]
[JsonDerivedType(typeof(HostFailed), "hostFailed")]
[JsonDerivedType(typeof(StillThere), "stillThere")]
[JsonDerivedType(typeof(EndedThere), "endedThere")]
[JsonDerivedType(typeof(Gone), "gone")]
[JsonDerivedType(typeof(NoAnswer), "noAnswer")]
[JsonDerivedType(typeof(OutputsStored), "outputsStored")]
[JsonDerivedType(typeof(ExecutionFailed), "executionFailed")]
[JsonDerivedType(typeof(Interrupted), "interrupted")]
[JsonDerivedType(typeof(OutOfMemory), "outOfMemory")]
[JsonDerivedType(typeof(OutputsMissing), "outputsMissing")]
[JsonDerivedType(typeof(Granted), "granted")]
[JsonDerivedType(typeof(Unplaceable), "unplaceable")]
[JsonDerivedType(typeof(Begun), "begun")]
[JsonDerivedType(typeof(Finished), "finished")]
[JsonDerivedType(typeof(CancelRequested), "cancel")]
[JsonDerivedType(typeof(HostLost), "hostLost")]
[JsonDerivedType(typeof(Stuck), "stuck")]
[JsonDerivedType(typeof(Blocked), "blocked")]
[JsonDerivedType(typeof(StepFailed), "stepFailed")]
[JsonDerivedType(typeof(DeadlinePassed), "deadline")]
public abstract record RunEvent(DateTimeOffset At)
{
    /// <summary>The call was accepted and its row written.</summary>
    public sealed record Accepted(DateTimeOffset At) : RunEvent(At);

    // Answers to Place.
    /// <param name="IsQueued">Something is before it on the host, in whose queue it stands; else it executes.</param>
    public sealed record Placed(Lease Lease, DateTimeOffset At, bool IsQueued = false) : RunEvent(At);

    public sealed record NoSlot(DateTimeOffset At) : RunEvent(At);

    /// <summary>No host of the pool could ever take this attempt.</summary>
    public sealed record NoHost(string Detail, DateTimeOffset At) : RunEvent(At);

    /// <summary>Only hosts that failed this run before could take it: it may go back there once they are well.</summary>
    public sealed record OnlyExcluded(DateTimeOffset At) : RunEvent(At);

    /// <summary>This work has taken down as many hosts as it may.</summary>
    /// <param name="Held">The slot that the run has nevertheless.</param>
    public sealed record Poisoned(string Detail, Lease? Held, DateTimeOffset At) : RunEvent(At);

    /// <summary>ComfyUI refused the prompt, or accepted only part of it (which was then taken back).</summary>
    public sealed record PromptRefused(RunFault Fault, Lease Lease, DateTimeOffset At) : RunEvent(At);

    /// <summary>The host will not take the prompt for a class, an input, a value or a file that another host may have.</summary>
    /// <param name="WhateverTheValues">It lacks what the prompt is made of, not only what this call set.</param>
    public sealed record RefusedHere(RunFault Fault, Lease Lease, DateTimeOffset At, bool WhateverTheValues = false) : RunEvent(At);

    /// <summary>The host could not be reached, or never admitted to having the prompt.</summary>
    public sealed record HostFailed(Lease Lease, DateTimeOffset At) : RunEvent(At);

    // Answers to Inspect and StopPrompt.
    /// <param name="IsQueued">Whether it waits in the host's queue; else it executes.</param>
    public sealed record StillThere(int Attempt, DateTimeOffset At, bool IsQueued = false) : RunEvent(At);

    public sealed record EndedThere(int Attempt, DateTimeOffset At) : RunEvent(At);

    /// <summary>In neither queue nor history: lost, never done.</summary>
    /// <param name="HostStayed">The host's process is the same as when it took the prompt: somebody cleared its queue or its
    /// history.</param>
    public sealed record Gone(int Attempt, bool WasExecuting, DateTimeOffset At, bool HostStayed = false) : RunEvent(At);

    /// <param name="WasExecuting">Whether the prompt was the one that executed when the host last answered.</param>
    public sealed record NoAnswer(int Attempt, DateTimeOffset At, bool WasExecuting = false) : RunEvent(At);

    // Answers to Collect, besides Gone and NoAnswer.
    public sealed record OutputsStored(int Attempt, DateTimeOffset At) : RunEvent(At);

    /// <param name="IsDoubtful">The host has failed so much of late that another one is to be asked.</param>
    public sealed record ExecutionFailed(int Attempt, RunFault Fault, DateTimeOffset At, bool IsDoubtful = false) : RunEvent(At);

    /// <summary>The history says that somebody interrupted the prompt.</summary>
    public sealed record Interrupted(int Attempt, DateTimeOffset At) : RunEvent(At);

    public sealed record OutOfMemory(int Attempt, RunFault Fault, DateTimeOffset At) : RunEvent(At);

    /// <summary>ComfyUI named a file that is no longer there, as it does for a cached result whose file was deleted.</summary>
    public sealed record OutputsMissing(int Attempt, string Detail, DateTimeOffset At) : RunEvent(At);

    // Signals.
    public sealed record Granted(Lease Lease, DateTimeOffset At) : RunEvent(At);

    /// <summary>
    /// It looks as if waiting had become pointless: the hosts that could have taken the run are gone, or its work turned out to take hosts
    /// down.
    /// </summary>
    public sealed record Unplaceable(DateTimeOffset At) : RunEvent(At);

    /// <summary>The prompt, which stood in its host's queue, executes now.</summary>
    public sealed record Begun(int Attempt, DateTimeOffset At) : RunEvent(At);

    /// <param name="LoadMs">For how long nodes executed that read model files, where the one who tells has heard of it.</param>
    public sealed record Finished(int Attempt, DateTimeOffset At, long? LoadMs = null) : RunEvent(At);

    public sealed record CancelRequested(DateTimeOffset At) : RunEvent(At);

    /// <param name="WasExecuting">Whether this run's prompt was the one executing when the host was lost.</param>
    /// <param name="StillAnswers">The host was given up although it answers: the prompt can, and must, be taken off it.</param>
    public sealed record HostLost(HostId Host, bool WasExecuting, DateTimeOffset At, bool StillAnswers = false) : RunEvent(At);

    /// <summary>The prompt has begun, and has shown no progress for too long.</summary>
    public sealed record Stuck(int Attempt, DateTimeOffset At) : RunEvent(At);

    /// <summary>The prompt stands behind somebody else's work that does not move, and another host is free.</summary>
    public sealed record Blocked(int Attempt, DateTimeOffset At) : RunEvent(At);

    /// <summary>The façade itself could not carry a command out: its storage does not answer, or a file is gone.</summary>
    /// <param name="Detail">Why, fit for callers.</param>
    public sealed record StepFailed(string Detail, DateTimeOffset At) : RunEvent(At);

    /// <summary>The time that the last Await named has come.</summary>
    public sealed record DeadlinePassed(DateTimeOffset At) : RunEvent(At);
}

using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Runs;

/// <summary>Where a run stands: one case per situation, each holding only what that situation knows.</summary>
[JsonDerivedType(typeof(Placing), "placing")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Executing), "executing")]
[JsonDerivedType(typeof(Collecting), "collecting")]
[JsonDerivedType(typeof(Leaving), "leaving")]
[JsonDerivedType(typeof(Stopping), "stopping")]
[JsonDerivedType(typeof(Ended), "ended")]
public abstract record RunState
{
    private RunState() { }

    /// <summary>Looking for a slot and submitting the prompt there.</summary>
    /// <param name="Failures">How often in a row the façade itself could not: then the run rests between two tries.</param>
    /// <param name="Trouble">Why the last try failed.</param>
    public sealed record Placing(Placement Placement, int Failures = 0, string? Trouble = null) : RunState;

    /// <summary>In the pending queue: no capable host has a free slot.</summary>
    public sealed record Waiting(Placement Placement) : RunState;

    /// <summary>A host has accepted the prompt.</summary>
    /// <param name="Inspections">How often the run has asked its host by itself.</param>
    /// <param name="Unanswered">How many of the latest of those questions got no answer.</param>
    /// <param name="IsQueued">Whether it stands in its host's queue, as far as is known; else it executes.</param>
    public sealed record Executing(Placement Placement, Lease Lease, int Inspections, int Unanswered = 0, bool IsQueued = false) : RunState;

    /// <summary>The host says that the prompt ended; its outputs are being copied.</summary>
    /// <param name="WasStuck">The run itself had asked to interrupt it, to go on elsewhere.</param>
    /// <param name="Failures">How often in a row the façade itself could not copy: then the run rests between two tries.</param>
    /// <param name="Trouble">Why the last try failed.</param>
    public sealed record Collecting(Placement Placement, Lease Lease, int Unanswered = 0, bool WasStuck = false, int Failures = 0,
        string? Trouble = null) : RunState;

    /// <summary>The prompt is being taken off its host; then the run goes on elsewhere.</summary>
    /// <param name="IsBlocked">It had not begun: it stood behind somebody else's work. Otherwise it hangs.</param>
    public sealed record Leaving(Placement Placement, Lease Lease, int Stops, bool IsBlocked = false) : RunState;

    /// <summary>The prompt is being taken off its host; the run ends as <paramref name="Then"/> whatever the host answers.</summary>
    public sealed record Stopping(Lease Lease, RunOutcome Then, int Stops) : RunState;

    public sealed record Ended(RunOutcome Outcome) : RunState;
}

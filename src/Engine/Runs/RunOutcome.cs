using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Runs;

/// <summary>How a run ended. A run has one, and it never changes.</summary>
[JsonDerivedType(typeof(Succeeded), "succeeded")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(Canceled), "canceled")]
[JsonDerivedType(typeof(Expired), "expired")]
public abstract record RunOutcome
{
    private RunOutcome() { }

    public sealed record Succeeded : RunOutcome;

    public sealed record Failed(RunFault Fault) : RunOutcome;

    /// <param name="GpuWorkBegun">Whether a host had accepted the prompt, so that GPU time may have been spent.</param>
    public sealed record Canceled(bool GpuWorkBegun) : RunOutcome;

    /// <summary>Never started before its start deadline.</summary>
    public sealed record Expired : RunOutcome;
}

/// <summary>Why a run failed, for its caller: the node is named when one is to blame.</summary>
/// <param name="Retryable">Whether the same call may succeed later.</param>
public sealed record RunFault(FaultCode Code, string Message, bool Retryable = false, FaultNode? Node = null);

/// <summary>The node that a run failed at, and the tag that its author gave it.</summary>
public sealed record FaultNode(string Id, string? Class = null, string? Tag = null);

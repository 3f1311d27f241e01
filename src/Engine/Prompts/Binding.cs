using System.Collections.Immutable;

namespace ComfyFunc.Engine.Prompts;

/// <summary>Whether a call's body fits a workflow.</summary>
public abstract record Binding
{
    private Binding() { }

    public sealed record Valid(CallValues Values, ImmutableArray<CallFile> Files) : Binding;

    public sealed record Invalid(ImmutableArray<Fault> Faults) : Binding;
}

/// <summary>How much one call may bring.</summary>
public sealed record BindLimits
{
    public long MaxFileBytes { get; init; } = 256 << 20;

    /// <summary>Images in one array.</summary>
    public int MaxBatch { get; init; } = 64;
}

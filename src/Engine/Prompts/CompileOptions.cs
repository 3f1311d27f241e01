using System.Collections.Immutable;

namespace ComfyFunc.Prompts;

/// <summary>How one attempt's prompt differs from the plain one.</summary>
public sealed record CompileOptions
{
    public static CompileOptions Plain { get; } = new();

    /// <summary>When set, every output node gets it as an input that no class knows: ComfyUI ignores it, but its cache signature changes, so the node is executed anew.</summary>
    public string? CacheBreaker { get; init; }

    /// <summary>Nodes whose cached results the host is to keep.</summary>
    public ImmutableArray<CacheNode> CacheNodes { get; init; } = [];
}

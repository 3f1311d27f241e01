using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>How one attempt's prompt differs from the plain one.</summary>
public sealed record CompileOptions
{
    public static CompileOptions Plain { get; } = new();

    /// <summary>
    /// When set, every output node gets it as an input that no class knows: ComfyUI ignores it, but its cache signature changes, so the
    /// node is executed anew.
    /// </summary>
    public string? CacheBreaker { get; init; }

    /// <summary>Nodes whose cached results the host is to keep.</summary>
    public ImmutableArray<CacheNode> CacheNodes { get; init; } = [];

    /// <summary>
    /// What the host that gets the prompt knows: files are spelled as it spells them, and loose nodes that it does not know are left out.
    /// </summary>
    public NodeCatalog? Host { get; init; }
}

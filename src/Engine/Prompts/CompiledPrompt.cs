using System.Collections.Immutable;
using ComfyFunc.Workflows;

namespace ComfyFunc.Prompts;

/// <summary>A prompt that is ready to be submitted.</summary>
public sealed class CompiledPrompt
{
    private readonly Workflow workflow;
    private readonly ImmutableArray<PromptNode> nodes;
    private readonly Lazy<Requirements> requirements;

    internal CompiledPrompt(Workflow workflow, ImmutableArray<PromptNode> nodes, ReadOnlyMemory<byte> json)
    {
        this.workflow = workflow;
        this.nodes = nodes;
        Json = json;
        requirements = new(() => Requirements.Of(nodes));
    }

    /// <summary>The object for the field <c>prompt</c>.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    public int NodeCount => nodes.Length;

    public Requirements Requirements => requirements.Value;

    internal ImmutableArray<PromptNode> Nodes => nodes;

    /// <summary>The tag that callers know the node by.</summary>
    public string? TagOf(string nodeId) => workflow.TagOf(ImageBatches.OriginOf(nodeId));
}

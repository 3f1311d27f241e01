using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>A prompt that is ready to be submitted.</summary>
public sealed class CompiledPrompt
{
    /// <summary>The node class of ComfyUI's own that sends its pictures over the socket.</summary>
    public const string SocketClass = "SaveImageWebsocket";

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

    /// <summary>The nodes whose pictures come over the socket and are kept nowhere on the host.</summary>
    public ImmutableHashSet<string> SocketNodes => [.. nodes.Where(n => n.Class.Name == SocketClass).Select(n => n.Id)];

    public Requirements Requirements => requirements.Value;

    /// <summary>The nodes that load model files, and which.</summary>
    public ImmutableArray<Loader> Loaders =>
    [
        .. nodes.SelectMany(n => n.Inputs
            .Where(i => PromptLiterals.IsModel(n, i))
            .Select(i => new RequiredOption(n.Class.Name, i.Name, i.Value.GetString()!)) // A model is a string, which is never null.
            .Select(o => new Loader(n.Id, o.Value, o.LoadPriorSeconds))),
    ];

    internal ImmutableArray<PromptNode> Nodes => nodes;

    /// <summary>The tag that callers know the node by.</summary>
    public string? TagOf(string nodeId) => workflow.TagOf(ImageBatches.OriginOf(nodeId));
}

/// <summary>A node that reads a model file.</summary>
/// <param name="PriorSeconds">What reading one of its kind takes as long as nobody has seen it.</param>
public sealed record Loader(string Node, string Model, double PriorSeconds);

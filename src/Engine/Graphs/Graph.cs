using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>A graph as a file has it: the root, or the definition of a subgraph.</summary>
internal sealed class Graph
{
    /// <summary>The node that stands for the inputs of a definition.</summary>
    public const string InputNode = "-10";

    /// <summary>The node that stands for the outputs of a definition.</summary>
    public const string OutputNode = "-20";

    private Dictionary<string, GraphNode>? byId;

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Pointer { get; init; }

    public required ImmutableArray<GraphNode> Nodes { get; init; }

    public required Dictionary<string, GraphLink> Links { get; init; }

    /// <summary>What an instance of it takes; none in the root.</summary>
    public ImmutableArray<GraphBorder> Inputs { get; init; } = [];

    public ImmutableArray<GraphBorder> Outputs { get; init; } = [];

    public JsonElement Extra { get; init; }

    public ImmutableArray<GraphFrame> Frames { get; init; } = [];

    /// <summary>Whether it comes from a group node of an older file.</summary>
    public bool IsGroup { get; init; }

    public GraphNode? Find(string id)
    {
        if (byId is null)
        {
            byId = new(StringComparer.Ordinal);
            foreach (var node in Nodes)
            {
                byId.TryAdd(node.Id, node);
            }
        }

        return byId.GetValueOrDefault(id);
    }
}

/// <summary>An input or an output of a definition.</summary>
internal sealed record GraphBorder(string Id, string Name, string Type, string? Label, ImmutableArray<string> Links);

/// <summary>A link of a graph.</summary>
internal sealed record GraphLink(string Id, string Origin, int OriginSlot, string Target, int TargetSlot, string Type);

/// <summary>A frame that is drawn around nodes.</summary>
internal sealed record GraphFrame(string Title, string? Color, double X, double Y, double Width, double Height);

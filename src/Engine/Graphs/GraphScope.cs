using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>One graph in use: the root, or a definition as one of its instances has it.</summary>
internal sealed class GraphScope
{
    public required Graph Graph { get; init; }

    /// <summary>What stands before the ids of its nodes: the ids of the instances around them.</summary>
    public string Prefix { get; init; } = "";

    public GraphScope? Parent { get; init; }

    /// <summary>The node that it is in use through.</summary>
    public GraphNode? Instance { get; init; }

    public int Depth { get; init; }

    /// <summary>The instances in it that are expanded.</summary>
    public Dictionary<string, GraphScope> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>What the instance itself holds for the inputs of its definition.</summary>
    public JsonElement[] Hosted { get; init; } = [];

    /// <summary>What the instance itself holds for widgets of nodes within.</summary>
    public Dictionary<(string Node, string Widget), JsonElement> Overrides { get; } = [];

    /// <summary>The widgets of nodes within that the instance shows by its older list, with a value or without.</summary>
    public HashSet<(string Node, string Widget)> Proxied { get; } = [];

    /// <summary>Inputs of instances in it whose links the front end replaces with what the instance around them holds.</summary>
    public HashSet<(string Node, string Input)> Severed { get; } = [];

    public string IdOf(GraphNode node) => Prefix + node.PromptId;

    public GraphPlace Place(GraphNode node, string? input = null) =>
        new(IdOf(node), node.Title ?? node.Type, input, node.Pointer);
}

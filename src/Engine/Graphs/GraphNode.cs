using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>A node of a graph, as the file has it.</summary>
internal sealed class GraphNode
{
    public required string Id { get; init; }

    /// <summary>The id that it goes by in prompts: another one where two graphs of the file have the same.</summary>
    public string PromptId
    {
        get => field ?? Id;
        set;
    }

    public required string Type { get; init; }

    /// <summary>The title that somebody gave it; <see langword="null"/> when nobody did.</summary>
    public string? Title { get; init; }

    public NodeMode Mode { get; init; }

    /// <summary>Where the front end executes it; files say so to keep an order.</summary>
    public int Order { get; init; }

    public ImmutableArray<GraphInput> Inputs { get; init; } = [];

    public ImmutableArray<GraphOutput> Outputs { get; init; } = [];

    /// <summary><c>widgets_values</c>: an array, an object, or nothing.</summary>
    public JsonElement Values { get; init; }

    /// <summary><c>widgets_values_named</c>, which newer files have beside it.</summary>
    public JsonElement Named { get; init; }

    public JsonElement Properties { get; init; }

    /// <summary>Whether it stands in for a class that is gone.</summary>
    public bool IsReplaced { get; init; }

    public string? Color { get; init; }

    /// <summary>Its centre in the drawing.</summary>
    public (double X, double Y) Position { get; init; }

    public required string Pointer { get; init; }

    /// <summary>The same node as one of another class.</summary>
    public GraphNode As(string type) => new()
    {
        Id = Id,
        PromptId = PromptId,
        Type = type,
        Title = Title,
        Mode = Mode,
        Order = Order,
        Inputs = Inputs,
        Outputs = Outputs,
        Values = Values,
        Named = Named,
        Properties = Properties,
        Color = Color,
        Position = Position,
        Pointer = Pointer,
    };

    public JsonElement Property(string name) => Properties.Member(name);

    public GraphInput? Input(string name)
    {
        foreach (var input in Inputs)
        {
            if (input.Name == name)
            {
                return input;
            }
        }

        return null;
    }
}

/// <summary>What the front end does with a node.</summary>
internal enum NodeMode
{
    Always,
    Muted,
    Bypassed,
}

/// <summary>An input of a node, as the file has it: those of unlinked widgets may be left out.</summary>
/// <param name="Widget">The widget that it belongs to.</param>
/// <param name="Link">The id of its link.</param>
/// <param name="IsConverted">Whether somebody made a socket of the widget, as one had to in older front ends.</param>
internal sealed record GraphInput(string Name, string Type, string? Label, string? Widget, string? Link, bool IsConverted = false);

/// <summary>An output of a node, as the file has it.</summary>
internal sealed record GraphOutput(string Name, string Type, bool IsLinked);

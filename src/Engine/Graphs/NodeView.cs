using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// A node of the file as it stands in the front end: its widgets with their values, and its live inputs, which the file need not list.
/// </summary>
internal sealed class NodeView
{
    private int[]? inputsOfWidgets;

    public required GraphNode Node { get; init; }

    /// <summary>Its class; <see langword="null"/> where the catalog has none of its name.</summary>
    public NodeClass? Class { get; init; }

    public ImmutableArray<NodeWidget> Widgets { get; init; } = [];

    /// <summary>Sockets first, then what belongs to widgets: rules that count inputs count these.</summary>
    public ImmutableArray<LiveInput> Inputs { get; init; } = [];

    /// <summary>The types of its outputs, as far as its links say.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>The definition that it is an instance of.</summary>
    public Graph? Definition { get; init; }

    /// <summary>What is known only here; <see cref="VirtualKind.None"/> for a node of the prompt.</summary>
    public VirtualKind Virtual { get; init; }

    public string? OutputType(int slot) => slot >= 0 && slot < Outputs.Length ? Outputs[slot] : null;

    public NodeWidget? Widget(string name)
    {
        foreach (var widget in Widgets)
        {
            if (widget.Name == name)
            {
                return widget;
            }
        }

        return null;
    }

    /// <summary>The number of the input that a widget has; -1 where it has none.</summary>
    public int InputOf(int widget)
    {
        if (inputsOfWidgets is null)
        {
            var names = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < Inputs.Length; i++)
            {
                names.TryAdd(Inputs[i].Name, i);
            }

            inputsOfWidgets = [.. Widgets.Select(w => names.GetValueOrDefault(w.Name, -1))];
        }

        return inputsOfWidgets[widget];
    }

    public int IndexOf(string input)
    {
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (Inputs[i].Name == input)
            {
                return i;
            }
        }

        return -1;
    }
}

/// <summary>A widget of a node and what it holds.</summary>
/// <param name="IsSent">Whether its value goes into the prompt.</param>
/// <param name="IsSaved">Whether the file says what it holds; otherwise it is the default.</param>
internal sealed record NodeWidget(string Name, JsonElement Value, LayoutInput? Input, bool IsSent = true, bool IsSaved = true);

/// <summary>An input of a node as the front end has it.</summary>
/// <param name="Name">What the prompt calls it.</param>
/// <param name="Link">The id of its link, in the node's own graph.</param>
/// <param name="IsWidget">Whether a widget gives its value where no link does.</param>
/// <param name="Saved">Where it is among the inputs of the file; -1 when it is not.</param>
internal sealed record LiveInput(string Name, string Type, string? Link, bool IsWidget, int Saved, string? Match = null);

using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>One node of a prompt that has been read and whose class is known.</summary>
public sealed record PromptNode(string Id, NodeClass Class, string? Title, ImmutableArray<PromptInput> Inputs)
{
    public Annotations Annotations { get; init; } = Annotations.None;

    /// <summary>What the graph says of it beyond the prompt.</summary>
    public NodeNotes Notes { get; init; } = NodeNotes.None;

    public PromptInput? Find(string input)
    {
        foreach (var candidate in Inputs)
        {
            if (candidate.Name == input)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>The node with its class as its inputs and its tags have it.</summary>
    internal PromptNode Read() => UnlistedInputs.Refine(this with { Class = Class.Catalogued.For(Inputs) });

    /// <summary>How a person finds the node: its id, class and title.</summary>
    public string Describe() => Title is null || Title == Class.Name ? $"node {Id} ({Class.Name})" : $"node {Id} ({Class.Name}, '{Title}')";
}

/// <summary>One input of a node: a literal, or a link to another node's output.</summary>
public sealed record PromptInput(string Name, JsonElement Value, NodeLink? Link);

/// <summary>An output slot of a node.</summary>
public readonly record struct NodeLink(string Node, int Slot)
{
    /// <summary>A link is an array of a node id and a slot number, as ComfyUI's own <c>is_link</c> has it.</summary>
    public static NodeLink? Read(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Array || value.GetArrayLength() != 2
            || value[1].ValueKind is not JsonValueKind.Number || !value[1].TryGetInt32(out var slot))
        {
            return null;
        }

        return value[0].ValueKind switch
        {
            JsonValueKind.String => new(value[0].GetString()!, slot), // A string is never null.
            JsonValueKind.Number => new(value[0].GetRawText(), slot),
            _ => null,
        };
    }
}

using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What an input gets.</summary>
internal abstract record LinkSource
{
    private LinkSource() { }

    /// <summary>An output of a node of the prompt.</summary>
    public sealed record Output(string Node, int Slot) : LinkSource;

    /// <summary>A value that an instance of a subgraph, or a primitive, sets.</summary>
    /// <param name="Holder">The node that sets it.</param>
    /// <param name="Id">That node's id, as it would be in the prompt.</param>
    /// <param name="Name">What it calls the value.</param>
    public sealed record Value(JsonElement Json, GraphNode Holder, string Id, string Name) : LinkSource
    {
        /// <summary>The nodes that hand the value on, nearest to the input first.</summary>
        public ImmutableArray<Passed> Through { get; init; } = [];
    }

    /// <summary>Nothing: a widget keeps its own value.</summary>
    public sealed record Nothing : LinkSource
    {
        public static Nothing Instance { get; } = new();
    }
}

/// <summary>A node that hands a value on and is not in the prompt itself.</summary>
/// <param name="Name">What it calls the value.</param>
internal readonly record struct Passed(string Id, string? Title, string Name);

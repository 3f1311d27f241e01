using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What became of a graph.</summary>
/// <param name="Prompt">The prompt; <see langword="null"/> when anything was refused.</param>
/// <param name="Report">All that there is to say, in the order of the file.</param>
public sealed record GraphConversion(JsonElement? Prompt, ImmutableArray<GraphFinding> Report)
{
    public bool IsRefused => Prompt is null;

    /// <summary>Where in the file each node of the prompt comes from.</summary>
    public required ImmutableDictionary<string, string> Pointers { get; init; }
}

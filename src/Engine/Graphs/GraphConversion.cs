using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What became of a graph.</summary>
/// <param name="Prompt">The prompt; <see langword="null"/> when anything was refused.</param>
/// <param name="Report">All that there is to say, in the order of the file.</param>
public sealed record GraphConversion(JsonElement? Prompt, ImmutableArray<GraphFinding> Report)
{
    public bool IsRefused => Prompt is null;

    /// <summary>The inputs of the prompt that nodes set which are not in it: instances of subgraphs, and primitives.</summary>
    public ImmutableArray<CarriedInput> Carried { get; init; } = [];

    /// <summary>The texts that were left as they are because no moment was given.</summary>
    public ImmutableArray<LaterText> Later { get; init; } = [];

    /// <summary>The seeds whose control says that they stay as they are.</summary>
    public ImmutableArray<FixedSeed> Fixed { get; init; } = [];

    /// <summary>What the graph shows in ComfyUI's app mode; <see langword="null"/> where it has none.</summary>
    public GraphApp? App { get; init; }

    /// <summary>Where in the file each node of the prompt comes from.</summary>
    public required ImmutableDictionary<string, string> Pointers { get; init; }
}

/// <summary>An input of the prompt, and the node of the graph that holds its value.</summary>
/// <param name="From">The id that the node would have in the prompt.</param>
/// <param name="Title">The title that somebody gave it: tags in it mean this input.</param>
/// <param name="Name">What that node calls the value.</param>
/// <param name="Node">The node of the prompt.</param>
/// <param name="Input">The input of that node.</param>
public sealed record CarriedInput(string From, string? Title, string Name, string Node, string Input);

/// <summary>App mode: the inputs that it shows, and the nodes whose outputs it shows.</summary>
public sealed record GraphApp(ImmutableArray<(string Node, string Input)> Inputs, ImmutableArray<string> Outputs);

/// <summary>A text of the prompt that the browser makes anew each time it queues.</summary>
/// <param name="IsDynamicPrompt">Whether it has choices and comments; otherwise it is a prefix with a date.</param>
public sealed record LaterText(string Node, string Input, bool IsDynamicPrompt);

/// <summary>A seed of the prompt that the browser leaves as it is from one run to the next.</summary>
public sealed record FixedSeed(string Node, string Input);

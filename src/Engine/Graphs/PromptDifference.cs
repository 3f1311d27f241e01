using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>One place in which the prompt that was made of a graph, and the prompt that came with the graph, are not the same.</summary>
/// <param name="Title">The node's title, or its class where it has none.</param>
/// <param name="Input">The input; <see langword="null"/> when the node or its class is meant.</param>
/// <param name="Converted">What the conversion has; <see langword="null"/> when it has nothing there.</param>
/// <param name="Given">What came along; <see langword="null"/> when it has nothing there.</param>
public sealed record PromptDifference(PromptDifferenceKind Kind, string Node, string? Title, string? Input, JsonElement? Converted,
    JsonElement? Given)
{
    private const int LongestValue = 200;

    /// <summary>The difference in words.</summary>
    public string Message => (Kind, Input) switch
    {
        (PromptDifferenceKind.OnlyConverted, null) => "The graph gives this node, and the prompt beside it does not have it.",
        (PromptDifferenceKind.OnlyConverted, _) => $"The graph gives {Text(Converted)}, and the prompt beside it has no such input.",
        (PromptDifferenceKind.OnlyGiven, null) => "The prompt beside the graph has this node, and the graph does not give it.",
        (PromptDifferenceKind.OnlyGiven, _) => $"The prompt beside the graph has {Text(Given)}, and the graph does not give this input.",
        (PromptDifferenceKind.AddedDefault, _) =>
            $"The catalog has this input, and the prompt beside the graph does not: it gets its default, {Text(Converted)}.",
        (_, null) => $"The graph gives a node of class {Text(Converted)}, and the prompt beside it one of class {Text(Given)}.",
        _ => $"The graph gives {Text(Converted)}, and the prompt beside it {Text(Given)}.",
    };

    private static string Text(JsonElement? value) => value?.GetRawText() switch
    {
        null => "nothing",
        { Length: > LongestValue } text => text[..LongestValue] + "…",
        var text => text,
    };
}

/// <summary>In which way two prompts are not the same.</summary>
public enum PromptDifferenceKind
{
    /// <summary>Only the conversion has the node, or the input.</summary>
    OnlyConverted,

    /// <summary>Only the prompt that came along has the node, or the input.</summary>
    OnlyGiven,

    /// <summary>Both have it, with another value or class.</summary>
    Value,

    /// <summary>Only the conversion has the input, and what it has is the catalog's default: the class has got the input since.</summary>
    AddedDefault,
}

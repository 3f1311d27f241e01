namespace ComfyFunc.Engine.Graphs;

/// <summary>One thing that a conversion has to say: what a rule did, where, and whether the browser would have done the same.</summary>
/// <param name="Rule">The id of the rule, such as <c>C2</c>.</param>
/// <param name="Node">The id that the node has, or would have, in the prompt; <see langword="null"/> when no one node is meant.</param>
/// <param name="Title">The node's title, or its class where it has none.</param>
/// <param name="Input">The input of the node; <see langword="null"/> when the node itself is meant.</param>
/// <param name="Pointer">Where in the file it is.</param>
public sealed record GraphFinding(string Rule, string? Node, string? Title, string? Input, string Pointer, GraphSeverity Severity,
    string Message);

/// <summary>What a finding means for the prompt.</summary>
public enum GraphSeverity
{
    /// <summary>The prompt is what the browser would send; something about it is good to know.</summary>
    Note,

    /// <summary>The prompt is what the file means; the browser sends another, or may.</summary>
    DiffersFromBrowser,

    /// <summary>There is no prompt: going on would be a guess.</summary>
    Refused,
}

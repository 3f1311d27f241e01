using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Server.Http;

namespace ComfyFunc.Server.Workflows;

/// <summary>What there is to say of a graph's conversion.</summary>
[View("Conversion"), Description("What became of the graph.")]
internal sealed record ConversionView
{
    [Description("Whether the graph gives the prompt that came along; null where none came."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public bool? Agrees { get; init; }

    [Description("Where they are not the same.")]
    public required ImmutableArray<PromptDifferenceView> Differences { get; init; }

    [Description("How many more differences there are.")]
    public int DifferencesLeft { get; init; }

    [Description("What the rules of conversion have to say.")]
    public required ImmutableArray<GraphFindingView> Report { get; init; }

    /// <returns><see langword="null"/> where there is nothing to say: no graph, and no class that is gone.</returns>
    public static ConversionView? Of(WorkflowSource source) => source.Conversion is null && source.Replaced.IsEmpty ? null : new()
    {
        Agrees = source.Agrees,
        Differences = [.. (source.Differences?.Listed ?? []).Select(PromptDifferenceView.Of)],
        DifferencesLeft = source.Differences?.Left ?? 0,
        Report =
        [
            .. source.Replaced.Select(f => GraphFindingView.Of(f, source.Document.PromptPointer)),
            .. (source.Conversion?.Report ?? []).Select(f => GraphFindingView.Of(f, source.Document.GraphPointer)),
        ],
    };
}

/// <summary>One thing that a rule of conversion has to say.</summary>
[View("ConversionFinding"), Description("What a rule of conversion has to say.")]
internal sealed record GraphFindingView
{
    [Description("The rule, by the name that docs/conversion.md has for it.")]
    public required string Rule { get; init; }

    [Description("note: as the browser does; differs: the browser sends something else, or may; refused: there is no prompt."),
        Words("note", "differs", "refused")]
    public required string Severity { get; init; }

    public string? Node { get; init; }

    public string? Title { get; init; }

    public string? Input { get; init; }

    [Description("Where in what was sent it is.")]
    public required string Pointer { get; init; }

    public required string Message { get; init; }

    /// <param name="document">Where what its pointer leads into is, in what was sent.</param>
    public static GraphFindingView Of(GraphFinding finding, string document) => new()
    {
        Rule = finding.Rule,
        Severity = finding.Severity switch
        {
            GraphSeverity.Note => "note",
            GraphSeverity.DiffersFromBrowser => "differs",
            _ => "refused",
        },
        Node = finding.Node,
        Title = finding.Title,
        Input = finding.Input,
        Pointer = document + finding.Pointer,
        Message = finding.Message,
    };
}

/// <summary>One place in which the graph's prompt is not the one that came along.</summary>
[View("ConversionDifference"), Description("Where the graph gives another prompt than the one that came along.")]
internal sealed record PromptDifferenceView
{
    [Words("onlyConverted", "onlyGiven", "value", "addedDefault")]
    public required string Kind { get; init; }

    public required string Node { get; init; }

    public string? Title { get; init; }

    public string? Input { get; init; }

    [Description("What the graph gives.")]
    public JsonElement? Converted { get; init; }

    [Description("What came along.")]
    public JsonElement? Given { get; init; }

    public required string Message { get; init; }

    public static PromptDifferenceView Of(PromptDifference difference) => new()
    {
        Kind = JsonNamingPolicy.CamelCase.ConvertName($"{difference.Kind}"),
        Node = difference.Node,
        Title = difference.Title,
        Input = difference.Input,
        Converted = difference.Converted,
        Given = difference.Given,
        Message = difference.Message,
    };
}

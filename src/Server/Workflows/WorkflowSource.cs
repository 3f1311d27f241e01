using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Workflows;

/// <summary>What somebody sent to be saved or converted, once its graph is converted.</summary>
/// <param name="Document">What was sent.</param>
/// <param name="Conversion">What became of its graph; <see langword="null"/> where it has none.</param>
/// <param name="Differences">Where the converted prompt and the one that came along are not the same; <see langword="null"/> where there are
/// not both.</param>
/// <param name="Sent">The node classes that came along.</param>
public sealed record WorkflowSource(SavedDocument Document, GraphConversion? Conversion, PromptDifferences? Differences, NodeCatalog Sent)
{
    /// <summary>
    /// The prompt that is to run: the one that came along, else the graph's; <see langword="null"/> where the graph is refused.
    /// </summary>
    public JsonElement? Prompt => field ??= (Document.Prompt ?? Conversion?.Prompt) is not { } prompt ? null
        : Conversion is null ? prompt : PromptNotes.Write(prompt, Conversion);

    /// <summary>The prompt that the graph gives; <see langword="null"/> where there is none, or it is refused.</summary>
    public JsonElement? Converted => Conversion?.Prompt is { } converted ? PromptNotes.Write(converted, Conversion) : null;

    /// <summary>What stands in for nodes of the prompt that came along, with pointers into it.</summary>
    public ImmutableArray<GraphFinding> Replaced { get; init; } = [];

    /// <summary>What the graph needs and nobody knows, where no prompt came along.</summary>
    public ImmutableArray<Fault> Unknown { get; init; } = [];

    /// <summary>Whether graph and prompt say the same; <see langword="null"/> where there are not both.</summary>
    public bool? Agrees => Document is { Graph: not null, Prompt: not null } ? Conversion?.Prompt is not null && Differences is { Agree: true } : null;

    /// <summary>What the graph is refused for, with pointers into what was sent: nothing where a prompt came along.</summary>
    public ImmutableArray<Fault> Refusals => Document.Prompt is not null ? [] :
    [
        .. (Conversion?.Report ?? []).Where(f => f.Severity is GraphSeverity.Refused)
            .Select(f => new Fault(FaultCode.InvalidWorkflow, DetailOf(f), Document.GraphPointer + f.Pointer)),
        .. Unknown,
    ];

    /// <summary>Checks the prompt that is to run. Pointers lead into what was sent.</summary>
    public WorkflowCheck Check(NodeCatalog catalog) => !Refusals.IsEmpty || Prompt is not { } prompt ? new WorkflowCheck.Invalid(Refusals)
        : Conversion is not null && !prompt.EnumerateObject().Any()
            ? new WorkflowCheck.Invalid([new(FaultCode.InvalidWorkflow, "The graph has no node that would run.", Document.GraphPointer)])
        : Workflow.Check(prompt, catalog) switch
        {
            WorkflowCheck.Valid valid => valid with { Warnings = [.. valid.Warnings.Select(w => w with { Pointer = PlaceOf(w.Pointer) })] },
            WorkflowCheck.Invalid invalid =>
                new WorkflowCheck.Invalid([.. invalid.Faults.Select(f => f with { Pointer = PlaceOf(f.Pointer ?? "") })]),
            var check => check,
        };

    /// <summary>Where in what was sent a place of the prompt comes from.</summary>
    public string PlaceOf(string pointer)
    {
        if (Document.Prompt is not null || Conversion is null)
        {
            return Document.PromptPointer + pointer;
        }

        var node = pointer.Split('/') is [_, var id, ..] ? JsonPointer.Unescape(id) : "";
        return Document.GraphPointer + Conversion.Pointers.GetValueOrDefault(node, "");
    }

    /// <summary>A finding as a sentence about its node.</summary>
    public static string DetailOf(GraphFinding finding)
    {
        var what = finding switch
        {
            { Node: null, Title: null } => "",
            { Node: null } => $"'{finding.Title}': ",
            _ when finding.Input is null => $"Node {finding.Node} ('{finding.Title}'): ",
            _ => $"{finding.Input} of node {finding.Node} ('{finding.Title}'): ",
        };
        return $"{what}{finding.Message} (Rule {finding.Rule}.)";
    }
}

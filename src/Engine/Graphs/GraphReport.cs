using System.Collections.Immutable;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Gathers what a conversion says, each thing once.</summary>
internal sealed class GraphReport
{
    private readonly List<GraphFinding> findings = [];
    private readonly HashSet<(string Rule, string? Node, string? Input, string Pointer, string Message)> seen = [];
    private int left;

    public bool IsRefused { get; private set; }

    public void Note(string rule, GraphPlace place, string message) => Add(rule, place, GraphSeverity.Note, message);

    public void Differs(string rule, GraphPlace place, string message) => Add(rule, place, GraphSeverity.DiffersFromBrowser, message);

    public void Refuse(string rule, GraphPlace place, string message) => Add(rule, place, GraphSeverity.Refused, message);

    public ImmutableArray<GraphFinding> ToImmutable()
    {
        if (left > 0)
        {
            findings.Add(new("A1", null, null, null, "", IsRefused ? GraphSeverity.Refused : GraphSeverity.Note,
                $"{left} more findings are not listed."));
            left = 0;
        }

        return [.. findings];
    }

    private void Add(string rule, GraphPlace place, GraphSeverity severity, string message)
    {
        IsRefused |= severity is GraphSeverity.Refused;
        if (!seen.Add((rule, place.Node, place.Input, place.Pointer, message)))
        {
            return;
        }

        if (findings.Count >= GraphBounds.Findings)
        {
            left++;
            return;
        }

        findings.Add(new(rule, place.Node, place.Title, place.Input, place.Pointer, severity, message));
    }
}

/// <summary>What a finding is about.</summary>
internal readonly record struct GraphPlace(string? Node, string? Title, string? Input, string Pointer);

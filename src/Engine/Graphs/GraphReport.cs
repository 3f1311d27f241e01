using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Gathers what a conversion says, each thing once.</summary>
internal sealed class GraphReport
{
    private readonly List<GraphFinding> findings = [];
    private readonly HashSet<(string Rule, string? Node, string? Input, string Pointer, string Message)> seen = [];
    private const int LongestMessage = 1_000;
    private const int LongestName = 200;
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

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Short(string? text, int most = LongestName) => text?.Length > most ? text[..most] + "…" : text;

    private void Add(string rule, GraphPlace place, GraphSeverity severity, string message)
    {
        IsRefused |= severity is GraphSeverity.Refused;
        if (findings.Count >= GraphBounds.Findings)
        {
            left++;
            return;
        }

        message = Short(message, LongestMessage);
        place = place with { Node = Short(place.Node), Title = Short(place.Title), Input = Short(place.Input) };
        if (!seen.Add((rule, place.Node, place.Input, place.Pointer, message)))
        {
            return;
        }

        findings.Add(new(rule, place.Node, place.Title, place.Input, place.Pointer, severity, message));
    }
}

/// <summary>What a finding is about.</summary>
internal readonly record struct GraphPlace(string? Node, string? Title, string? Input, string Pointer);

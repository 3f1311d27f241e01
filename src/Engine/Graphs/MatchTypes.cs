using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Gives inputs and outputs that share one type the types that their links leave them: an input what all others bring, an output what every
/// input brings.
/// </summary>
internal static class MatchTypes
{
    public static NodeView Apply(Graph graph, NodeLayout layout, NodeView view)
    {
        var brought = view.Inputs.Select(i => i.Match is null ? null : Brought(graph, i)).ToArray();
        var inputs = brought.All(b => b is null) ? view.Inputs
            : [.. view.Inputs.Select((input, at) => input.Match is null ? input
                : input with { Type = Common([input.Type, .. Others(view, brought, input.Match, at)]) ?? input.Type })];
        ImmutableArray<string> outputs = [.. layout.Outputs.Select((type, i) => TypeOf(view, layout, brought, type, i))];
        return new()
        {
            Node = view.Node,
            Class = view.Class,
            Widgets = view.Widgets,
            Inputs = inputs,
            // A class may have more outputs than the catalog says.
            Outputs = [.. outputs, .. view.Node.Outputs.Skip(outputs.Length).Select(o => o.Type)],
        };
    }

    private static string Brought(Graph graph, LiveInput input) =>
        input.Link is { } id && graph.Links.TryGetValue(id, out var link) ? link.Type : InputType.Wildcard;

    private static IEnumerable<string> Others(NodeView view, string?[] brought, string match, int but) =>
        brought.Where((type, i) => type is not null && i != but && view.Inputs[i].Match == match).OfType<string>();

    private static string TypeOf(NodeView view, NodeLayout layout, string?[] brought, string type, int output) =>
        output < layout.OutputMatches.Length && layout.OutputMatches[output] is { } match
            ? Common([.. Others(view, brought, match, -1)]) ?? type : type;

    /// <summary>What all of the types have in common; <see langword="null"/> when that is nothing.</summary>
    private static string? Common(string[] types)
    {
        string[]? common = null;
        foreach (var type in types.Where(t => t is not InputType.Wildcard))
        {
            var parts = type.Split(',', StringSplitOptions.TrimEntries);
            common = common is null ? parts : [.. common.Where(c => parts.Contains(c, StringComparer.OrdinalIgnoreCase))];
        }

        return common is null ? InputType.Wildcard : common.Length == 0 ? null : string.Join(',', common);
    }
}

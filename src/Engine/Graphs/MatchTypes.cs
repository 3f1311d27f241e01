using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Gives the inputs and outputs that share one type the type that their links have in common.</summary>
internal static class MatchTypes
{
    public static NodeView Apply(Graph graph, NodeLayout layout, NodeView view)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var input in view.Inputs)
        {
            if (input.Match is { } match)
            {
                var linked = input.Link is { } id && graph.Links.TryGetValue(id, out var link) && link.Type is not InputType.Wildcard
                    ? Common(input.Type, link.Type) : input.Type;
                types[match] = types.TryGetValue(match, out var before) ? Common(before, linked) : linked;
            }
        }

        ImmutableArray<string> outputs = [.. layout.Outputs.Select((type, i) => TypeOf(layout, types, type, i))];
        return new()
        {
            Node = view.Node,
            Class = view.Class,
            Widgets = view.Widgets,
            Inputs = types.Count == 0 ? view.Inputs
                : [.. view.Inputs.Select(i => i.Match is { } match && types.TryGetValue(match, out var type) ? i with { Type = type } : i)],
            // A class may have more outputs than the catalog says.
            Outputs = [.. outputs, .. view.Node.Outputs.Skip(outputs.Length).Select(o => o.Type)],
        };
    }

    private static string TypeOf(NodeLayout layout, Dictionary<string, string> types, string type, int output) =>
        output < layout.OutputMatches.Length && layout.OutputMatches[output] is { } match && types.TryGetValue(match, out var common)
            ? common : type;

    private static string Common(string one, string other)
    {
        if (one is InputType.Wildcard || one == other)
        {
            return other;
        }

        if (other is InputType.Wildcard)
        {
            return one;
        }

        var others = other.Split(',', StringSplitOptions.TrimEntries);
        var common = one.Split(',', StringSplitOptions.TrimEntries).Where(t => others.Contains(t, StringComparer.OrdinalIgnoreCase)).ToArray();
        return common.Length == 0 ? one : string.Join(',', common);
    }
}

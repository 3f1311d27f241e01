using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Names the values of a node whose class no catalog has, as far as its inputs name them.</summary>
internal static class UnknownWidgets
{
    public static ImmutableArray<NodeWidget> Read(GraphNode node, GraphPlace place, GraphReport report)
    {
        var names = node.Values.ValueKind is JsonValueKind.Object ? node.Values : node.Named;
        if (names.ValueKind is JsonValueKind.Object)
        {
            return [.. names.EnumerateObject().Take(GraphBounds.Values).Select(m => new NodeWidget(m.Name, m.Value, null))];
        }

        var widgets = node.Inputs.Where(i => i.Widget is not null).Select(i => i.Widget!).Distinct(StringComparer.Ordinal).ToArray();
        ImmutableArray<JsonElement> values = [.. node.Values.Items().Take(GraphBounds.Values)];
        ImmutableArray<JsonElement> unmarked = [.. values.Where(v => !ControlMarks.IsWord(v))];
        var named = values.Length == widgets.Length ? values : unmarked.Length == widgets.Length ? unmarked : [];
        if (named.Length < values.Length && named.IsEmpty)
        {
            report.Differs("I3", place with { Pointer = node.Pointer + "/widgets_values" },
                values.Length == 1 ? "A value of this node has no name in the file and is left out."
                    : $"{values.Length} values of this node have no names in the file and are left out.");
        }

        return [.. named.Select((v, i) => new NodeWidget(widgets[i], v, null))];
    }
}

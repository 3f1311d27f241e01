using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads the values of a combo whose options its own node has: choice, the choice's number, then the options.</summary>
internal static class CustomCombo
{
    private const string Choice = "choice";

    public static bool Is(string type) => type is "CustomCombo";

    public static WidgetReading Read(NodeLayout layout, GraphNode node)
    {
        ImmutableArray<JsonElement> values = [.. node.Values.Items().Take(GraphBounds.Values)];
        var choice = values.Length > 0 ? values[0] : LooseJson.EmptyText;
        ImmutableArray<JsonElement> options = values.Length > 2 ? values[2..] : [LooseJson.EmptyText];
        return new(
            [
                new(Choice, choice, layout.Inputs.FirstOrDefault(i => i.Name == Choice)),
                new("index", LooseJson.Null, null),
                .. options.Select((o, i) => new NodeWidget($"option{i + 1}", o, null)),
            ],
            []);
    }

    /// <summary>The number of a choice among the options of a node; -1 where it is none of them.</summary>
    public static JsonElement IndexOf(NodeView view, JsonElement choice)
    {
        var options = view.Widgets[2..];
        var index = options.TakeWhile(o => !JsonElement.DeepEquals(o.Value, choice)).Count();
        return LooseJson.Of(index == options.Length ? -1 : index);
    }
}

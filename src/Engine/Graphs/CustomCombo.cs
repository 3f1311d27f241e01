using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads the values of a combo whose options its own node has: choice, the choice's number, then the options.</summary>
internal static class CustomCombo
{
    public static bool Is(string type) => type is "CustomCombo";

    public static WidgetReading Read(GraphNode node)
    {
        ImmutableArray<JsonElement> values = [.. node.Values.Items().Take(GraphBounds.Values)];
        var choice = values.Length > 0 ? values[0] : LooseJson.EmptyText;
        ImmutableArray<JsonElement> options = values.Length > 2 ? values[2..] : [LooseJson.EmptyText];
        var index = options.TakeWhile(o => !JsonElement.DeepEquals(o, choice)).Count();
        return new(
            [
                new("choice", choice, null),
                new("index", LooseJson.Of(index == options.Length ? -1 : index), null),
                .. options.Select((o, i) => new NodeWidget($"option{i + 1}", o, null)),
            ],
            []);
    }
}

using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>What a primitive of the front end holds: its first value, or what the instance around it sets.</summary>
internal static class PrimitiveValue
{
    public static JsonElement? Of(GraphScope scope, GraphNode node)
    {
        if (scope.Overrides.TryGetValue((node.Id, "value"), out var value))
        {
            return value;
        }

        foreach (var first in node.Values.Items())
        {
            return first;
        }

        return null;
    }
}

using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Finds the widget within a subgraph that an input of its definition stands for.</summary>
internal static class Promotion
{
    /// <summary>The widget, with what it holds unless the instance says otherwise; <see langword="null"/> for a socket.</summary>
    public static NodeWidget? Leaf(GraphViews views, GraphScope scope, Graph definition, int input) =>
        Leaf(views, scope, definition, input, GraphBounds.Depth);

    private static NodeWidget? Leaf(GraphViews views, GraphScope scope, Graph definition, int input, int depth)
    {
        if (depth == 0 || input >= definition.Inputs.Length)
        {
            return null;
        }

        foreach (var id in definition.Inputs[input].Links)
        {
            if (definition.Links.TryGetValue(id, out var link) && definition.Find(link.Target) is { } node
                && Leaf(views, scope, node, id, depth) is { } leaf)
            {
                return leaf;
            }
        }

        return null;
    }

    private static NodeWidget? Leaf(GraphViews views, GraphScope scope, GraphNode node, string link, int depth)
    {
        if (views.DefinitionOf(node) is { } nested)
        {
            var at = views.Of(scope, node).Inputs.ToList().FindIndex(i => i.Link == link);
            return at < 0 || Leaf(views, scope, nested, at, depth - 1) is not { } leaf ? null
                : Held(views, scope, node, nested, at, depth) is { ValueKind: not JsonValueKind.Undefined } own
                    ? leaf with { Value = own } : leaf;
        }

        foreach (var input in views.Of(scope, node).Inputs)
        {
            if (input.Link == link && input.IsWidget)
            {
                return views.Of(scope, node).Widget(input.Name);
            }
        }

        return null;
    }

    // What a nested instance holds itself, by the order of those of its inputs that stand for widgets.
    private static JsonElement Held(GraphViews views, GraphScope scope, GraphNode node, Graph definition, int input, int depth)
    {
        var before = node.Property("proxyWidgets").Items().Any() ? EntryOf(node, definition.Inputs[input].Name)
            : Enumerable.Range(0, input).Count(i => Leaf(views, scope, definition, i, depth - 1) is not null);
        var at = 0;
        foreach (var value in node.Values.Items())
        {
            if (at++ == before)
            {
                return value;
            }
        }

        return default;
    }

    // The place that the older list of proxied widgets gives the node's own input.
    private static int EntryOf(GraphNode node, string name)
    {
        var at = 0;
        foreach (var entry in node.Property("proxyWidgets").Items())
        {
            if (entry.ValueKind is not JsonValueKind.Array || entry.GetArrayLength() < 2 || entry[1].Text() is not { } widget
                || widget.StartsWith("$$", StringComparison.Ordinal))
            {
                continue;
            }

            if (entry[0].Id() is "-1" && widget == name)
            {
                return at;
            }

            at++;
        }

        return -1;
    }
}

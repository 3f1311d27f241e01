using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Finds the widgets within subgraphs that inputs of their definitions stand for.</summary>
internal sealed class Promotion(GraphViews views)
{
    private readonly Dictionary<(Graph Definition, int Input), NodeWidget?> leaves = [];

    /// <summary>The widget, with what it holds unless the instance says otherwise; <see langword="null"/> for a socket.</summary>
    public NodeWidget? Leaf(Graph definition, int input) => Leaf(definition, input, GraphBounds.Depth);

    private NodeWidget? Leaf(Graph definition, int input, int depth)
    {
        if (depth == 0 || input >= definition.Inputs.Length)
        {
            return null;
        }

        if (leaves.TryGetValue((definition, input), out var known))
        {
            return known;
        }

        leaves[(definition, input)] = null; // A definition that contains itself ends here.
        foreach (var id in definition.Inputs[input].Links)
        {
            if (definition.Links.TryGetValue(id, out var link) && definition.Find(link.Target) is { } node
                && Leaf(definition, node, id, depth) is { } leaf)
            {
                return leaves[(definition, input)] = leaf;
            }
        }

        return null;
    }

    private NodeWidget? Leaf(Graph graph, GraphNode node, string link, int depth)
    {
        var view = views.Of(graph, node);
        for (var i = 0; i < view.Inputs.Length; i++)
        {
            if (view.Inputs[i].Link != link)
            {
                continue;
            }

            if (view.Definition is not { } nested)
            {
                return view.Inputs[i].IsWidget ? view.Widget(view.Inputs[i].Name) : null;
            }

            return Leaf(nested, i, depth - 1) is not { } leaf ? null
                : Held(node, nested, i, depth) is { ValueKind: not JsonValueKind.Undefined } own ? leaf with { Value = own } : leaf;
        }

        return null;
    }

    // What a nested instance holds itself, by the order of those of its inputs that stand for widgets.
    private JsonElement Held(GraphNode node, Graph definition, int input, int depth)
    {
        var before = node.Property("proxyWidgets").Items().Any() ? EntryOf(node, definition.Inputs[input].Name)
            : Enumerable.Range(0, input).Count(i => Leaf(definition, i, depth - 1) is not null);
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

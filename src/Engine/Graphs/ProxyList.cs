using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads the older list of widgets that an instance of a subgraph shows of the nodes within.</summary>
internal sealed partial class ProxyList(GraphScope inner, GraphNode instance, GraphViews views)
{
    private readonly Dictionary<Graph, ILookup<string, (string Node, string Input)>> targets = new(ReferenceEqualityComparer.Instance);

    // An entry is [node, widget, the node far within that is meant]; some front ends wrote that last before the widget: "8: 12: text".
    public ImmutableArray<Proxy> Read()
    {
        var read = ImmutableArray.CreateBuilder<Proxy>();
        foreach (var entry in instance.Property("proxyWidgets").Items().Take(GraphBounds.Values))
        {
            if (entry.ValueKind is JsonValueKind.Array && entry.GetArrayLength() >= 2 && entry[0].Id() is { } node
                && entry[1].Text() is { } widget
                && !widget.StartsWith("$$", StringComparison.Ordinal))
            {
                read.Add(new(node, node is Proxy.Own ? widget : NameOf(node, widget, entry.GetArrayLength() > 2 ? entry[2].Id() : null)));
            }
        }

        return read.ToImmutable();
    }

    private string NameOf(string id, string widget, string? leaf)
    {
        var view = inner.Graph.Find(id) is { } node ? views.Of(inner, node) : null;
        if (view is not null && leaf is null && (view.IndexOf(widget) >= 0 || view.Widget(widget) is not null))
        {
            return widget;
        }

        for (var i = 0; i < GraphBounds.Depth && Prefixed.Match(widget) is { Success: true } match; i++)
        {
            leaf = match.Groups[1].Value;
            widget = match.Groups[2].Value;
        }

        return view?.Definition is not { } nested ? widget
            : TargetsOf(nested)[widget].FirstOrDefault(t => leaf is null || t.Node == leaf).Input ?? widget;
    }

    // The inputs of a nested definition by the widgets that they lead to.
    private ILookup<string, (string Node, string Input)> TargetsOf(Graph nested)
    {
        if (!targets.TryGetValue(nested, out var found))
        {
            targets[nested] = found = nested.Inputs.Select(b => (Border: b, Target: TargetOf(nested, b))).Where(t => t.Target is not null)
                .ToLookup(t => t.Target!.Value.Widget, t => (t.Target!.Value.Node, t.Border.Name)); // The line above has looked.
        }

        return found;
    }

    private static (string Node, string Widget)? TargetOf(Graph graph, GraphBorder border)
    {
        foreach (var id in border.Links)
        {
            if (graph.Links.TryGetValue(id, out var link) && graph.Find(link.Target)?.Inputs.FirstOrDefault(i => i.Link == id) is { } input)
            {
                return (link.Target, input.Widget ?? input.Name);
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\s*(\d+)\s*:\s*(.+)$")]
    private static partial Regex Prefixed { get; }
}

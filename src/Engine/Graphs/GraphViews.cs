using System.Collections.Immutable;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Shows each node as the front end would have it, and keeps that: instances share their definition's nodes.</summary>
internal sealed class GraphViews(NodeCatalog catalog, IReadOnlyDictionary<string, Graph> definitions, GraphReport report)
{
    private readonly Dictionary<GraphNode, NodeView> views = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Graph, GraphScope> homes = new(ReferenceEqualityComparer.Instance);

    public NamedNodes Names { get; } = new();

    /// <summary>Makes a scope the one that findings about its graph's nodes speak of, if it is the first.</summary>
    public void Settle(GraphScope scope) => homes.TryAdd(scope.Graph, scope);

    public NodeView Of(Graph graph, GraphNode node) => Of(homes.TryGetValue(graph, out var home) ? home : new() { Graph = graph }, node);

    public NodeView Of(GraphScope scope, GraphNode node)
    {
        if (!views.TryGetValue(node, out var view))
        {
            views[node] = view = Show(scope, node);
        }

        return view;
    }

    public Graph? DefinitionOf(GraphNode node) => definitions.GetValueOrDefault(node.Type);

    /// <summary>Shows a node that is not kept.</summary>
    public NodeView Show(GraphScope scope, GraphNode node)
    {
        if (DefinitionOf(node) is { } definition)
        {
            return OfInstance(node, definition);
        }

        var known = catalog.Find(node.Type);
        var named = VirtualNodes.KindOf(node.Type, known is not null);
        if (named is VirtualKind.None && known is null)
        {
            named = LookAlikes.KindOf(scope, node, Names, report);
        }

        VirtualNodes.Say(node.Type, scope.Place(node), report);
        return named is var kind and not VirtualKind.None
            ? new() { Node = node, Virtual = kind, Inputs = AsSaved(node), Outputs = [.. node.Outputs.Select(o => o.Type)] }
            : known is null ? OfUnknown(scope, node) : OfClass(scope, node, known);
    }

    // Its inputs stand as the definition has them, whatever order the file has.
    private static NodeView OfInstance(GraphNode node, Graph definition)
    {
        var inputs = ImmutableArray.CreateBuilder<LiveInput>(definition.Inputs.Length);
        var saved = new SavedInputs(node);
        int[] exact = [.. definition.Inputs.Select(b => saved.Take(b.Name, b.Type))];
        foreach (var (i, border) in definition.Inputs.Index())
        {
            var at = exact[i] >= 0 ? exact[i] : saved.Take(border.Name);
            inputs.Add(new(border.Name, border.Type, at < 0 ? null : node.Inputs[at].Link, false, at));
        }

        return new()
        {
            Node = node,
            Definition = definition,
            Inputs = inputs.ToImmutable(),
            Outputs =
            [.. definition.Outputs.Select(o => o.Type)]
        };
    }

    private NodeView OfClass(GraphScope scope, GraphNode node, NodeClass known)
    {
        var layout = known.Layout;
        var place = scope.Place(node);
        var reading = PowerLora.Is(node.Type) ? PowerLora.Read(node)
            : CustomCombo.Is(node.Type) ? CustomCombo.Read(layout, node)
            : new WidgetReader(node.Type, layout, node, place, report).Read();
        var inputs = LiveInputs.Of(layout, node, reading, (index, extra, name) => Say(place, node, index, extra, name));
        var types = new MatchTypes(layout, [.. inputs.Select(i => new MatchingInput(i.Type, i.Match, Brought(scope.Graph, i)))]);
        var outputs = types.Outputs;
        return new()
        {
            Node = node,
            Class = known,
            Widgets = reading.Widgets,
            Inputs = [.. inputs.Select((input, at) => input with { Type = types.OfInput(at) })],
            // A class may have more outputs than the catalog says.
            Outputs = [.. outputs, .. node.Outputs.Skip(outputs.Length).Select(o => o.Type)],
        };
    }

    private static string Brought(Graph graph, LiveInput input) =>
        input.Link is { } id && graph.Links.TryGetValue(id, out var link) ? link.Type : InputType.Wildcard;

    private void Say(GraphPlace place, GraphNode node, int index, LiveExtra extra, string name)
    {
        var input = node.Inputs[index];
        var where = place with { Input = input.Name, Pointer = $"{node.Pointer}/inputs/{index}" };
        switch (extra)
        {
            case LiveExtra.Renamed:
                report.Differs("B3", where,
                    $"The input '{input.Name}' is the widget {name} under another name; its link is sent as {name}. "
                    + $"The browser sends both {name} and {input.Name}.");
                break;
            case LiveExtra.OfOtherChoice:
                report.Note("H1", where, $"The link into '{input.Name}' is left out: the choice of {name} has no such input.");
                break;
            case LiveExtra.OfNode when EverywhereSenders.Is(node):
                break; // They have as many inputs as are linked.
            default:
                report.Note("H5", where, $"The class has no input '{input.Name}'; its link is kept as the file has it.");
                break;
        }
    }

    private NodeView OfUnknown(GraphScope scope, GraphNode node)
    {
        var place = scope.Place(node);
        if (Guid.TryParseExact(node.Type, "D", out _))
        {
            report.Refuse("G1", place, $"This is an instance of the subgraph {node.Type}, which the file does not define.");
        }
        else if (GroupNodes.Is(node.Type))
        {
            report.Refuse("G7", place, $"This is a group node, and the file does not say what '{node.Type}' is made of.");
        }
        else
        {
            report.Differs("I3", place,
                $"The catalog has no class '{node.Type}'. The node is kept as the file has it; the browser sends it without its class.");
        }

        return new()
        {
            Node = node,
            Widgets = UnknownWidgets.Read(node, place, report),
            Inputs = AsSaved(node),
            Outputs = [.. node.Outputs.Select(o => o.Type)],
        };
    }

    private static ImmutableArray<LiveInput> AsSaved(GraphNode node) =>
        [.. node.Inputs.Select((input, i) => new LiveInput(input.Name, input.Type, input.Link, input.Widget is not null, i))];
}

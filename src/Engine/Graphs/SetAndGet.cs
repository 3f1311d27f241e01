namespace ComfyFunc.Engine.Graphs;

/// <summary>Finds the Set node that a Get node means: in its own graph, then in those around it.</summary>
internal sealed class SetAndGet(GraphReport report)
{
    private readonly Dictionary<Graph, ILookup<string, GraphNode>> setters = new(ReferenceEqualityComparer.Instance);

    public (GraphScope Scope, GraphNode Node)? Find(GraphScope scope, GraphNode getter)
    {
        var place = scope.Place(getter);
        if (NameOf(getter) is not { } name)
        {
            report.Refuse("E5", place, "This Get node names nothing.");
            return null;
        }

        var isOfOwnGraph = getter.Type.StartsWith("easy ", StringComparison.Ordinal);
        (GraphScope, GraphNode)? found = null;
        for (var at = scope; at is not null; at = isOfOwnGraph ? null : at.Parent)
        {
            var own = SettersOf(at.Graph)[name].Where(s => LookAlikes.ArePair(s.Type, getter.Type)).ToArray();
            if (own.Length == 0)
            {
                continue;
            }

            if (found is not null)
            {
                report.Refuse("E5", place,
                    $"Two graphs around this Get node have a Set node named '{name}': which one it means is not said.");
                return null;
            }

            if (own.Length > 1 && !LookAlikes.IsKnown(getter.Type))
            {
                report.Refuse("E5", place, $"Its graph has {own.Length} nodes that set '{name}': which one it means is not said.");
                return null;
            }

            if (own.Length > 1)
            {
                report.Note("E5", place, $"Its graph has {own.Length} Set nodes named '{name}'; the first counts, as in the browser.");
            }

            found = (at, own[0]);
        }

        if (found is null)
        {
            report.Refuse("E5", place, $"There is no Set node named '{name}' for this Get node.");
        }

        return found;
    }

    private ILookup<string, GraphNode> SettersOf(Graph graph)
    {
        if (!setters.TryGetValue(graph, out var found))
        {
            found = graph.Nodes.Where(n => n.Type.Contains("set", StringComparison.OrdinalIgnoreCase) && NameOf(n) is not null)
                .ToLookup(n => NameOf(n)!, StringComparer.Ordinal); // The line above has looked.
            setters[graph] = found;
        }

        return found;
    }

    /// <summary>The name that a Set or a Get has.</summary>
    public static string? NameOf(GraphNode node)
    {
        foreach (var value in node.Values.Items())
        {
            return value.Text() is { Length: > 0 } name ? name : null;
        }

        return null;
    }
}

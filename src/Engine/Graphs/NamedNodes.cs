namespace ComfyFunc.Engine.Graphs;

/// <summary>The nodes of graphs that hold a name and may set or get by it, to be found by both.</summary>
internal sealed class NamedNodes
{
    private readonly Dictionary<Graph, ILookup<(string Name, string Type), GraphNode>> known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The name that a Set or a Get has.</summary>
    public static string? NameOf(GraphNode node)
    {
        foreach (var value in node.Values.Items())
        {
            return value.Text() is { Length: > 0 } name ? name : null;
        }

        return null;
    }

    /// <summary>The Set nodes that a Get may mean; the first of them, and whether there are more.</summary>
    public (GraphNode First, bool HasMore)? Setters(Graph graph, GraphNode getter, string name) =>
        Find(graph, name, getter.Type, "get", "set");

    /// <summary>The Get nodes that may mean a Set.</summary>
    public (GraphNode First, bool HasMore)? Getters(Graph graph, GraphNode setter, string name) =>
        Find(graph, name, setter.Type, "set", "get");

    private (GraphNode First, bool HasMore)? Find(Graph graph, string name, string type, string own, string other)
    {
        var lower = type.ToLowerInvariant();
        if (!lower.Contains(own, StringComparison.Ordinal))
        {
            return null;
        }

        (GraphNode, bool)? found = null;
        foreach (var node in Of(graph)[(name, lower.Replace(own, other, StringComparison.Ordinal))].Take(2))
        {
            found = found is { } first ? (first.Item1, true) : (node, false);
        }

        return found;
    }

    private ILookup<(string Name, string Type), GraphNode> Of(Graph graph)
    {
        if (!known.TryGetValue(graph, out var found))
        {
            known[graph] = found = graph.Nodes
                .Where(n => n.Type.Contains("et", StringComparison.OrdinalIgnoreCase) && NameOf(n) is not null)
                .ToLookup(n => (NameOf(n)!, n.Type.ToLowerInvariant())); // The line above has looked.
        }

        return found;
    }
}

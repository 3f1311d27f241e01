namespace ComfyFunc.Engine.Graphs;

/// <summary>Recognises the Set and Get nodes of packs that are not known by name: by a twin, and by the name that both hold.</summary>
internal static class LookAlikes
{
    /// <param name="node">A node whose class no catalog has.</param>
    public static VirtualKind KindOf(GraphScope scope, GraphNode node, NamedNodes names, GraphReport report)
    {
        if (NamedNodes.NameOf(node) is not { } name)
        {
            return VirtualKind.None;
        }

        for (var at = scope; at is not null; at = at.Parent)
        {
            if (names.Setters(at.Graph, node, name) is not null)
            {
                return Say(scope, node, name, VirtualKind.Get, report);
            }

            if (names.Getters(at.Graph, node, name) is not null)
            {
                return Say(scope, node, name, VirtualKind.Set, report);
            }
        }

        return VirtualKind.None;
    }

    private static VirtualKind Say(GraphScope scope, GraphNode node, string name, VirtualKind kind, GraphReport report)
    {
        report.Differs("E5", scope.Place(node),
            $"The catalog has no class '{node.Type}'; by its name and its twin it is taken for a {kind} node of '{name}'.");
        return kind;
    }
}

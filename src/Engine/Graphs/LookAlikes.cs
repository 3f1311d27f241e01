namespace ComfyFunc.Engine.Graphs;

/// <summary>Recognises the Set and Get nodes of packs that are not known by name: by a twin, and by the name that both hold.</summary>
internal static class LookAlikes
{
    public static bool IsKnown(string type) => type is "GetNode" or "easy getNode";

    /// <summary>Whether the classes are the Set and the Get of one pack.</summary>
    public static bool ArePair(string setter, string getter) =>
        getter.Contains("get", StringComparison.OrdinalIgnoreCase)
        && getter.Replace("get", "set", StringComparison.OrdinalIgnoreCase).Equals(setter, StringComparison.OrdinalIgnoreCase);

    /// <param name="node">A node whose class no catalog has.</param>
    public static VirtualKind KindOf(GraphScope scope, GraphNode node, GraphReport report)
    {
        if (SetAndGet.NameOf(node) is not { } name)
        {
            return VirtualKind.None;
        }

        for (var at = scope; at is not null; at = at.Parent)
        {
            foreach (var other in at.Graph.Nodes)
            {
                var isGetter = ArePair(other.Type, node.Type);
                if ((isGetter || ArePair(node.Type, other.Type)) && SetAndGet.NameOf(other) == name)
                {
                    report.Differs("E5", scope.Place(node),
                        $"The catalog has no class '{node.Type}'; by its name and its twin it is taken for a "
                        + $"{(isGetter ? "Get" : "Set")} node of '{name}'.");
                    return isGetter ? VirtualKind.Get : VirtualKind.Set;
                }
            }
        }

        return VirtualKind.None;
    }
}

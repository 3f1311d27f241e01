namespace ComfyFunc.Engine.Graphs;

/// <summary>Finds the Set node that a Get node means: in its own graph, then in those around it.</summary>
internal sealed class SetAndGet(NamedNodes names, GraphReport report)
{
    public (GraphScope Scope, GraphNode Node)? Find(GraphScope scope, GraphNode getter)
    {
        var place = scope.Place(getter);
        if (NamedNodes.NameOf(getter) is not { } name)
        {
            report.Refuse("E5", place, "This Get node names nothing.");
            return null;
        }

        var isOfOwnGraph = getter.Type is "easy getNode";
        (GraphScope, GraphNode)? found = null;
        for (var at = scope; at is not null; at = isOfOwnGraph ? null : at.Parent)
        {
            if (names.Setters(at.Graph, getter, name) is not { } setter)
            {
                continue;
            }

            if (found is not null)
            {
                report.Refuse("E5", place,
                    $"Two graphs around this Get node have a Set node named '{name}': which one it means is not said.");
                return null;
            }

            if (setter.HasMore && getter.Type is not ("GetNode" or "easy getNode"))
            {
                report.Refuse("E5", place, $"Its graph has several nodes that set '{name}': which one it means is not said.");
                return null;
            }

            if (setter.HasMore)
            {
                report.Note("E5", place, $"Its graph has several Set nodes named '{name}'; the first counts, as in the browser.");
            }

            found = (at, setter.First);
        }

        if (found is null)
        {
            report.Refuse("E5", place, $"There is no Set node named '{name}' for this Get node.");
        }

        return found;
    }
}

namespace ComfyFunc.Engine.Graphs;

/// <summary>Follows links as Use Everywhere does: through bypassed nodes, by the link's own type.</summary>
internal static class EverywhereLinks
{
    /// <summary>The link that brings something; <see langword="null"/> where a bypassed node has nothing of its type to hand on.</summary>
    public static GraphLink? Behind(GraphScope scope, string id)
    {
        var link = scope.Graph.Links.GetValueOrDefault(id);
        for (var steps = 0; steps < GraphBounds.Depth && link is not null; steps++)
        {
            if (scope.Graph.Find(link.Origin) is not { Mode: NodeMode.Bypassed } bypassed)
            {
                return link;
            }

            link = InputOf(bypassed, link)?.Link is { } next ? scope.Graph.Links.GetValueOrDefault(next) : null;
        }

        return null;
    }

    private static GraphInput? InputOf(GraphNode bypassed, GraphLink link) =>
        link.OriginSlot >= 0 && link.OriginSlot < bypassed.Inputs.Length && bypassed.Inputs[link.OriginSlot].Type == link.Type
            ? bypassed.Inputs[link.OriginSlot] : bypassed.Inputs.FirstOrDefault(i => i.Type == link.Type);
}

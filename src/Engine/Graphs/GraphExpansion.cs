using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Puts the definitions of subgraphs in the place of their instances.</summary>
internal sealed class GraphExpansion(GraphViews views, GraphReport report)
{
    private int count;

    /// <summary>Every graph in use, the root first.</summary>
    public List<GraphScope> Scopes { get; } = [];

    public void Expand(Graph root)
    {
        Expand(new GraphScope { Graph = root });
        var promotion = new Promotion(views);

        // Those around come first: they may hold values of those within.
        foreach (var scope in Scopes.Where(s => s.Instance is not null))
        {
            if (scope.Graph.IsGroup)
            {
                new GroupValues(scope, scope.Instance!, views, report).Fill(); // The line above has looked.
            }
            else
            {
                new InstanceValues(scope, scope.Instance!, views, promotion, report).Fill();
            }
        }
    }

    private void Expand(GraphScope scope)
    {
        Scopes.Add(scope);
        views.Settle(scope);
        count += scope.Graph.Nodes.Length;
        foreach (var node in scope.Graph.Nodes)
        {
            if (views.DefinitionOf(node) is not { } definition)
            {
                continue;
            }

            if (scope.Parent is null && node.Mode is not NodeMode.Always)
            {
                if (definition.IsGroup)
                {
                    report.Differs("G7", scope.Place(node),
                        "The group node is muted or bypassed, and none of its nodes is sent. Newer front ends "
                        + "lose its mode and send them.");
                }

                continue;
            }

            if (IsCircle(scope, definition))
            {
                report.Refuse("G1", scope.Place(node), $"The subgraph '{definition.Name}' contains itself.");
            }
            else if (scope.Depth >= GraphBounds.Depth)
            {
                report.Refuse("G1", scope.Place(node), $"Subgraphs lie in each other more than {GraphBounds.Depth} deep.");
            }
            else if (count + definition.Nodes.Length > GraphBounds.Expanded || Scopes.Count > GraphBounds.Expanded)
            {
                report.Refuse("G2", new(null, null, null, ""), $"With its subgraphs the graph has more than {GraphBounds.Expanded} nodes.");
            }
            else
            {
                if (scope.Parent is not null && node.Mode is not NodeMode.Always)
                {
                    report.Note("F3", scope.Place(node),
                        "The instance is muted or bypassed within a subgraph: its links are, its nodes are "
                        + "sent all the same, as the browser does.");
                }

                var inner = Instantiate(scope, node, definition);
                scope.Children[node.Id] = inner;
                Expand(inner);
            }
        }
    }

    private static GraphScope Instantiate(GraphScope scope, GraphNode node, Graph definition) => new()
    {
        Graph = definition,
        Prefix = scope.IdOf(node) + ":",
        Parent = scope,
        Instance = node,
        Depth = scope.Depth + 1,
        Hosted = new JsonElement[definition.Inputs.Length],
    };

    private static bool IsCircle(GraphScope scope, Graph definition)
    {
        for (var at = scope; at is not null; at = at.Parent)
        {
            if (ReferenceEquals(at.Graph, definition))
            {
                return true;
            }
        }

        return false;
    }
}

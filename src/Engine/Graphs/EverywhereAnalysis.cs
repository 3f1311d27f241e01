namespace ComfyFunc.Engine.Graphs;

/// <summary>Works out which inputs of a graph the senders of Use Everywhere reach, as the pack does while it queues.</summary>
internal sealed class EverywhereAnalysis(GraphScope scope, GraphViews views, GraphReport report)
{
    private readonly EverywherePatterns patterns = new(report, new(null, null, null, scope.Graph.Pointer));

    /// <summary>The links to add: a node and the number of its input, and what comes in.</summary>
    public IEnumerable<(string Node, int Slot, GraphLink Link)> Links()
    {
        var senders = scope.Graph.Nodes.Where(n => n.Mode is NodeMode.Always).SelectMany(EverywhereSenders.Of(scope, views)).ToArray();
        if (senders.Length > GraphBounds.Senders)
        {
            report.Refuse("E6", new(null, null, null, scope.Graph.Pointer),
                $"Use Everywhere sends more than {GraphBounds.Senders} things here.");
            yield break;
        }

        if (senders.Length == 0)
        {
            yield break;
        }

        foreach (var node in scope.Graph.Nodes)
        {
            var view = views.Of(scope, node);
            if (node.Mode is not NodeMode.Always || EverywhereSenders.Is(node) || node.Property("rejects_ue_links").Is()
                || (view.Virtual is not VirtualKind.None and not VirtualKind.Reroute))
            {
                continue;
            }

            for (var i = 0; i < view.Inputs.Length; i++)
            {
                if (IsReceiver(scope, node, view.Inputs[i]) && Winner(senders, view, view.Inputs[i]) is { } sender)
                {
                    report.Note("E6", scope.Place(node, view.Inputs[i].Name),
                        $"Use Everywhere links this input to node {sender.Link.Origin}, by way of node {sender.Node.Id}.");
                    yield return (node.Id, i, sender.Link);
                }
            }
        }

        for (var i = 0; i < scope.Graph.Outputs.Length; i++)
        {
            if (scope.Graph.Outputs[i].Links.IsEmpty && Winner(senders, scope.Graph.Outputs[i]) is { } sender)
            {
                report.Note("E6", PlaceOf(scope.Graph.Outputs[i]),
                    $"Use Everywhere links this output to node {sender.Link.Origin}, by way of node {sender.Node.Id}.");
                yield return (Graph.OutputNode, i, sender.Link);
            }
        }
    }

    // Widgets take part only where somebody said so; in older files by making a socket of them.
    private static bool IsReceiver(GraphScope scope, GraphNode node, LiveInput input)
    {
        if (input.Link is { } id && (!scope.Graph.Links.ContainsKey(id) || EverywhereLinks.Behind(scope, id) is not null))
        {
            return false;
        }

        var settings = node.Property("ue_properties");
        return input.IsWidget
            ? settings.Member("widget_ue_connectable").Member(input.Name).Is()
                || (!settings.IsThere() && node.Input(input.Name) is { IsConverted: true })
            : !settings.Member("input_ue_unconnectable").Member(input.Name).Is();
    }

    private EverywhereSender? Winner(EverywhereSender[] senders, NodeView view, LiveInput input)
    {
        var title = view.Node.Title ?? view.Class?.DisplayName ?? view.Node.Type;
        string[] names = [view.Node.Input(input.Name)?.Label ?? input.Name];
        var groups = EverywhereSenders.GroupsOf(scope.Graph, view.Node);
        return Winner(senders, input.Type, scope.Place(view.Node, input.Name), sender => sender.Link.Origin != view.Node.Id
            && sender.Reaches(input.Type, title, names, patterns,
                sender.GroupRestriction != 0 && groups.Intersect(EverywhereSenders.GroupsOf(scope.Graph, sender.Node)).Any(), groups,
                sender.Node.Color == view.Node.Color));
    }

    // No frame is drawn around what leaves a subgraph, and it has no colour.
    private EverywhereSender? Winner(EverywhereSender[] senders, GraphBorder output) =>
        Winner(senders, output.Type, PlaceOf(output), sender =>
            sender is { GroupRestriction: 0, ColorRestriction: 0 }
            && sender.Reaches(output.Type, "", [output.Label ?? output.Name], patterns, false, [], false));

    private GraphPlace PlaceOf(GraphBorder output) => new(null, scope.Graph.Name, output.Name, scope.Graph.Pointer);

    private EverywhereSender? Winner(EverywhereSender[] senders, string type, GraphPlace place, Func<EverywhereSender, bool> reaches)
    {
        EverywhereSender? best = null;
        EverywhereSender? tied = null;
        foreach (var sender in senders)
        {
            if ((best is null || sender.Priority >= best.Priority) && reaches(sender))
            {
                tied = best is not null && sender.Priority == best.Priority ? sender : null;
                best = sender;
            }
        }

        if (best is not null && tied is not null)
        {
            report.Refuse("E6", place,
                $"Several nodes of Use Everywhere send a {type} here with the same priority, node {best.Node.Id} among them: "
                + "which one is meant is not said, and the browser links none.");
            return null;
        }

        return best;
    }
}

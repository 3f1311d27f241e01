using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Follows a link to what it brings: through nodes that only the front end knows, through bypassed nodes by type, and across the borders
/// of subgraphs.
/// </summary>
internal sealed class LinkResolver(GraphViews views, SetAndGet names, Everywhere everywhere, PrefixText prefixes, GraphReport report)
{
    private const int StepsBeforeCircle = 32;
    private int steps;

    public LinkSource Resolve(GraphScope scope, GraphNode node, int input)
    {
        var walk = new LinkWalk(scope, node, input);
        while (true)
        {
            if (++steps > GraphBounds.Steps)
            {
                report.Refuse("A3", default(GraphPlace) with { Pointer = "" },
                    $"The links of this graph take more than {GraphBounds.Steps} steps.");
                return LinkSource.Nothing.Instance;
            }

            if (++walk.Steps > StepsBeforeCircle && !walk.IsNew())
            {
                report.Refuse("F4", walk.Start, "The link runs in a circle through nodes that hand it on.");
                return LinkSource.Nothing.Instance;
            }

            if ((walk.IsAtInput ? AtInput(walk) : AtOutput(walk)) is { } source)
            {
                return source;
            }
        }
    }

    private LinkSource? AtInput(LinkWalk walk)
    {
        var view = views.Of(walk.Scope, walk.Node);
        if (walk.Slot < 0 || walk.Slot >= view.Inputs.Length)
        {
            return LinkSource.Nothing.Instance;
        }

        var input = view.Inputs[walk.Slot];
        var link = everywhere.Find(walk.Scope, view.Node, walk.Slot)
            ?? (input.Link is null ? null : walk.Scope.Graph.Links.GetValueOrDefault(input.Link));
        if (link is null && input.Link is null)
        {
            return LinkSource.Nothing.Instance;
        }

        if (link is null)
        {
            report.Refuse("A3", walk.Place(input), $"The input {input.Name} has the link {input.Link}, which is not in the file's links.");
            return LinkSource.Nothing.Instance;
        }

        if (link.Origin is Graph.InputNode && walk.Scope is { Parent: not null, Instance: not null })
        {
            return AtBorder(walk, input, link);
        }

        if (walk.Scope.Graph.Find(link.Origin) is not { } origin)
        {
            report.Refuse("A3", walk.Place(input),
                $"The link {link.Id} into {input.Name} comes from node {link.Origin}, which is not in the file.");
            return LinkSource.Nothing.Instance;
        }

        walk.ToOutput(origin, link.OriginSlot, input.Type);
        return null;
    }

    // Up and out of a subgraph. There the type of the instance's own input counts.
    private LinkSource? AtBorder(LinkWalk walk, LiveInput input, GraphLink link)
    {
        var (outer, instance) = (walk.Scope.Parent!, walk.Scope.Instance!); // The caller has looked.
        var slots = views.Of(outer, instance).Inputs;
        if (link.OriginSlot < 0 || link.OriginSlot >= slots.Length)
        {
            report.Refuse("G3", walk.Place(input),
                $"The link into {input.Name} comes from input {link.OriginSlot} of the subgraph, which has none.");
            return LinkSource.Nothing.Instance;
        }

        if (IsUnlinked(outer, instance, slots[link.OriginSlot]) && everywhere.Find(outer, instance, link.OriginSlot) is null)
        {
            var value = link.OriginSlot < walk.Scope.Hosted.Length ? walk.Scope.Hosted[link.OriginSlot] : default;
            return value.ValueKind is JsonValueKind.Undefined ? LinkSource.Nothing.Instance
                : new LinkSource.Value(value, instance, outer.IdOf(instance), slots[link.OriginSlot].Name) { Through = walk.Through };
        }

        walk.Pass(outer, instance, slots[link.OriginSlot].Name);
        walk.ToInstance(outer, instance, link.OriginSlot);
        return null;
    }

    private static bool IsUnlinked(GraphScope scope, GraphNode instance, LiveInput input) =>
        input.Link is null || scope.Severed.Contains((instance.Id, input.Name));

    private LinkSource? AtOutput(LinkWalk walk)
    {
        if (walk.Node.Mode is NodeMode.Muted && !IsValueOfPrimitive(walk))
        {
            return LinkSource.Nothing.Instance;
        }

        var view = views.Of(walk.Scope, walk.Node);
        if (walk.Node.Mode is NodeMode.Bypassed && view.Virtual is not VirtualKind.Primitive)
        {
            return Through(walk, view);
        }

        return view.Virtual switch
        {
            VirtualKind.Primitive => FromPrimitive(walk),
            VirtualKind.Reroute or VirtualKind.Set => OnwardTo(walk, walk.Scope, walk.Node, 0),
            VirtualKind.Get => FromSet(walk),
            VirtualKind.Nothing => OnwardTo(walk, walk.Scope, walk.Node, walk.Slot),
            _ when view.Definition is { } definition => IntoInstance(walk, definition),
            _ => new LinkSource.Output(walk.Scope.IdOf(walk.Node), walk.Slot),
        };
    }

    // A primitive writes its value before anything is resolved, whatever its mode.
    private bool IsValueOfPrimitive(LinkWalk walk) => views.Of(walk.Scope, walk.Node).Virtual is VirtualKind.Primitive;

    private static LinkSource? OnwardTo(LinkWalk walk, GraphScope scope, GraphNode node, int slot)
    {
        walk.Pass(scope, node, LinkWalk.OnlyValue);
        walk.ToInput(scope, node, slot);
        return null;
    }

    private LinkSource.Nothing? Through(LinkWalk walk, NodeView view)
    {
        if (view.Inputs.IsEmpty && walk.Type is InputType.Wildcard)
        {
            report.Differs("F4", walk.Start,
                $"The bypassed node {walk.Scope.IdOf(walk.Node)} has no inputs: nothing comes of it. The browser "
                + "refuses this.");
        }

        var slot = BypassSlot.Of([.. view.Inputs.Select(i => i.Type)], view.OutputType(walk.Slot), walk.Slot, walk.Type);
        if (slot < 0)
        {
            return LinkSource.Nothing.Instance;
        }

        walk.IsBypassed = true;
        walk.ToInput(walk.Scope, walk.Node, slot);
        walk.Type = null;
        return null;
    }

    private LinkSource FromPrimitive(LinkWalk walk)
    {
        if (walk.IsBypassed || PrimitiveValue.Of(walk.Scope, walk.Node) is not { } value)
        {
            return LinkSource.Nothing.Instance;
        }

        if (walk.IsAcrossBorder)
        {
            report.Differs("E2", walk.Start,
                $"The value of the primitive {walk.Scope.IdOf(walk.Node)} is sent. The browser loses it on its "
                + "way through a subgraph's border and sends the inner node's own.");
        }

        return new LinkSource.Value(value.ValueKind is JsonValueKind.String && walk.Node.Property("Run widget replace on values").Is()
            ? prefixes.Replace(value, walk.Start) : value, walk.Node, walk.Scope.IdOf(walk.Node), LinkWalk.OnlyValue)
        { Through = walk.Through };
    }

    private LinkSource? FromSet(LinkWalk walk)
    {
        if (names.Find(walk.Scope, walk.Node) is not { } setter)
        {
            return LinkSource.Nothing.Instance;
        }

        walk.Pass(walk.Scope, walk.Node, LinkWalk.OnlyValue);
        return OnwardTo(walk, setter.Scope, setter.Node, 0);
    }

    private LinkSource? IntoInstance(LinkWalk walk, Graph definition)
    {
        if (walk.Slot < 0 || walk.Slot >= definition.Outputs.Length)
        {
            report.Refuse("G6", walk.Start,
                $"The link comes from output {walk.Slot} of the subgraph {walk.Scope.IdOf(walk.Node)}, which has none.");
            return LinkSource.Nothing.Instance;
        }

        if (!walk.Scope.Children.TryGetValue(walk.Node.Id, out var inner))
        {
            return LinkSource.Nothing.Instance;
        }

        if ((OutputLink(definition, walk.Slot) ?? everywhere.FindOutput(inner, walk.Slot)) is not { } link)
        {
            return LinkSource.Nothing.Instance;
        }

        if (link.Origin is Graph.InputNode)
        {
            report.Differs("G3", walk.Start,
                $"The subgraph {walk.Scope.IdOf(walk.Node)} hands an input straight to an output; what goes in comes "
                + "out. The browser refuses this.");
            walk.ToInput(walk.Scope, walk.Node, link.OriginSlot);
            return null;
        }

        if (definition.Find(link.Origin) is not { } origin)
        {
            report.Refuse("A3", walk.Start,
                $"The output {definition.Outputs[walk.Slot].Name} of the subgraph {walk.Scope.IdOf(walk.Node)} comes "
                + $"from its node {link.Origin}, which is not in the file.");
            return LinkSource.Nothing.Instance;
        }

        return Into(walk, inner, origin, link.OriginSlot);
    }

    private static LinkSource? Into(LinkWalk walk, GraphScope inner, GraphNode node, int slot)
    {
        walk.IsAcrossBorder = true;
        walk.Scope = inner;
        walk.ToOutput(node, slot, InputType.Wildcard);
        return null;
    }

    private static GraphLink? OutputLink(Graph definition, int slot)
    {
        foreach (var id in definition.Outputs[slot].Links)
        {
            if (definition.Links.TryGetValue(id, out var link))
            {
                return link;
            }
        }

        return null;
    }
}

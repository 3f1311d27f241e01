using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Builds the definition of a group node: its own links, and a border of all that its nodes take and give.</summary>
internal sealed class GroupBorders(string name, string pointer, List<GraphNode> nodes, JsonElement group, GraphViews views)
{
    private readonly Dictionary<string, GraphLink> links = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, string Input), string> into = [];
    private readonly HashSet<(string Node, int Slot)> used = [];
    private readonly HashSet<(string Node, int Slot)> external = [];
    private readonly ImmutableArray<GraphBorder>.Builder inputs = ImmutableArray.CreateBuilder<GraphBorder>();
    private readonly ImmutableArray<GraphBorder>.Builder outputs = ImmutableArray.CreateBuilder<GraphBorder>();
    private readonly Dictionary<string, int> names = new(StringComparer.Ordinal);

    public Graph Build()
    {
        ReadLinks();
        ReadExternal();
        foreach (var node in nodes)
        {
            AddInputs(node);
            AddOutputs(node);
        }

        return new()
        {
            Id = name,
            Name = name,
            Pointer = pointer,
            Nodes = [.. nodes.Select(Linked)],
            Links = links,
            Inputs = inputs.ToImmutable(),
            Outputs = outputs.ToImmutable(),
            IsGroup = true,
        };
    }

    // [origin, its slot, target, its slot, …]; the origin is null where the link came from outside.
    private void ReadLinks()
    {
        foreach (var item in group.Member("links").Items().Take(GraphBounds.Values))
        {
            if (item.ValueKind is not JsonValueKind.Array || item.GetArrayLength() < 4 || item[0].Id() is not { } origin
                || item[2].Id() is not { } target || nodes.Find(n => n.Id == target) is not { } node
                    || item[3].Int() is not (>= 0 and { } slot)
                || slot >= node.Inputs.Length)
            {
                continue;
            }

            var id = $"inner {links.Count}";
            var from = item[1].Int() ?? 0;
            links[id] = new(id, origin, from, target, slot, node.Inputs[slot].Type);
            into[(target, node.Inputs[slot].Name)] = id;
            used.Add((origin, from));
        }
    }

    // [node or its number, slot, type]
    private void ReadExternal()
    {
        foreach (var item in group.Member("external").Items())
        {
            if (item.ValueKind is JsonValueKind.Array && item.GetArrayLength() >= 2
                && (item[0].ValueKind is JsonValueKind.Object ? item[0].Member("index") : item[0]).Id() is { } node
                    && item[1].Int() is { } slot)
            {
                external.Add((node, slot));
            }
        }
    }

    private void AddInputs(GraphNode node)
    {
        var view = views.Show(new GraphScope { Graph = Empty, Prefix = name + ":" }, node);
        var listed = view.Virtual is VirtualKind.Reroute && node.Inputs.IsEmpty
            ? [new LiveInput("", "*", null, false, -1)] : view.Inputs;
        var config = group.Member("config").Member(node.Id).Member("input");
        foreach (var input in listed)
        {
            if (into.ContainsKey((node.Id, input.Name)))
            {
                continue;
            }

            // The input of a reroute goes by the type of what comes through it.
            var type = view.Virtual is VirtualKind.Reroute ? TypeThrough(node) : input.Type;
            var own = input.Name.Length == 0 || view.Virtual is VirtualKind.Reroute ? type : input.Name;
            var isHidden = config.Member(own).Member("visible").ValueKind is JsonValueKind.False;
            var id = $"border {inputs.Count}";
            links[id] = new(id, Graph.InputNode, inputs.Count, node.Id, 0, type);
            into[(node.Id, input.Name)] = id;
            inputs.Add(new($"{node.Id}.{input.Name}", isHidden ? "" : NameOf(node, config.Member(own).Text("name") ?? own), type,
                isHidden ? "hidden" : null, [id]));
        }
    }

    private void AddOutputs(GraphNode node)
    {
        var config = group.Member("config").Member(node.Id).Member("output");
        for (var slot = 0; slot < node.Outputs.Length; slot++)
        {
            var isInner = used.Contains((node.Id, slot)) && !external.Contains((node.Id, slot));
            var visible = config.Member($"{slot}").Member("visible");
            if (visible.ValueKind is JsonValueKind.False || (isInner && visible.ValueKind is not JsonValueKind.True))
            {
                continue;
            }

            var id = $"out {outputs.Count}";
            var type = node.Outputs[slot].Type;
            links[id] = new(id, node.Id, slot, Graph.OutputNode, outputs.Count, type);
            outputs.Add(new(id, node.Outputs[slot].Name, type, null, [id]));
        }
    }

    private string TypeThrough(GraphNode reroute)
    {
        foreach (var item in group.Member("links").Items())
        {
            if (item.ValueKind is JsonValueKind.Array && item.GetArrayLength() > 5 && item[2].Id() == reroute.Id
                && item[5].Text() is { } type)
            {
                return type;
            }
        }

        return "*";
    }

    // A name that is taken gets the title of its node before it, then a number.
    private string NameOf(GraphNode node, string input)
    {
        var own = names.ContainsKey(input) ? $"{node.Title ?? node.Type} {input}" : input;
        if (names.TryGetValue(own, out var count))
        {
            names[own] = count + 1;
            own = $"{node.Title ?? node.Type} {count} {input}";
        }

        names.TryAdd(own, 1);
        return own;
    }

    private GraphNode Linked(GraphNode node)
    {
        var listed = node.Inputs.Select(i => i with { Link = into.GetValueOrDefault((node.Id, i.Name)) }).ToList();
        foreach (var ((owner, input), link) in into)
        {
            if (owner == node.Id && !listed.Exists(i => i.Name == input))
            {
                listed.Add(new(input, links[link].Type, null, null, link));
            }
        }

        return new()
        {
            Id = node.Id,
            Type = node.Type,
            Title = node.Title,
            Mode = node.Mode,
            Order = node.Order,
            Inputs = [.. listed],
            Outputs = node.Outputs,
            Values = node.Values,
            Named = node.Named,
            Properties = node.Properties,
            Pointer = node.Pointer,
        };
    }

    private static Graph Empty { get; } = new() { Id = "", Name = "", Pointer = "", Nodes = [], Links = [] };
}

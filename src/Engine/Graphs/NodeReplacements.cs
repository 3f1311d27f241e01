using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Puts in the place of classes that no host has any more what a host says that took it.</summary>
internal sealed class NodeReplacements(JsonElement replacements, NodeCatalog catalog, GraphReport report)
{
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = GraphBounds.JsonDepth };

    public GraphFile Apply(GraphFile file)
    {
        if (replacements.ValueKind is not JsonValueKind.Object)
        {
            return file;
        }

        var definitions = new Dictionary<string, Graph>(StringComparer.Ordinal);
        foreach (var (id, definition) in file.Definitions)
        {
            definitions[id] = Apply(definition, file.Definitions);
        }

        return file with { Root = Apply(file.Root, file.Definitions), Definitions = definitions };
    }

    private Graph Apply(Graph graph, Dictionary<string, Graph> definitions)
    {
        var links = new Dictionary<string, GraphLink>(graph.Links, StringComparer.Ordinal);
        ImmutableArray<GraphNode> nodes = [.. graph.Nodes.Select(n => definitions.ContainsKey(n.Type) ? n : Apply(n, links))];
        return new()
        {
            Id = graph.Id,
            Name = graph.Name,
            Pointer = graph.Pointer,
            Nodes = nodes,
            Links = links,
            Inputs = graph.Inputs,
            Outputs = graph.Outputs,
            Extra = graph.Extra,
            Frames = graph.Frames,
            IsGroup = graph.IsGroup,
        };
    }

    private GraphNode Apply(GraphNode node, Dictionary<string, GraphLink> links)
    {
        if (catalog.Has(node.Type) || VirtualNodes.KindOf(node.Type, isKnown: false) is not VirtualKind.None)
        {
            return node;
        }

        foreach (var choice in replacements.Member(node.Type).Items())
        {
            if (choice.Text("new_node_id") is { } type && catalog.Has(type))
            {
                report.Differs("A6", new(node.PromptId, node.Title ?? node.Type, null, node.Pointer),
                    $"The catalog has no class '{node.Type}'; '{type}' stands in for it, as the host says. The browser asks first.");
                Relink(node, choice, links);
                return Replaced(node, type, choice);
            }
        }

        return node;
    }

    private static void Relink(GraphNode node, JsonElement choice, Dictionary<string, GraphLink> links)
    {
        var slots = new Dictionary<int, int>();
        foreach (var item in choice.Member("output_mapping").Items())
        {
            if (item.Member("old_idx").Int() is { } old && item.Member("new_idx").Int() is { } own)
            {
                slots.TryAdd(old, own);
            }
        }

        foreach (var link in links.Values.Where(l => l.Origin == node.Id && slots.ContainsKey(l.OriginSlot)).ToArray())
        {
            links[link.Id] = link with { OriginSlot = slots[link.OriginSlot] };
        }
    }

    private static GraphNode Replaced(GraphNode node, string type, JsonElement choice)
    {
        if (choice.Member("input_mapping").ValueKind is not JsonValueKind.Array)
        {
            return node.As(type);
        }

        var old = choice.Member("old_widget_ids").Items().Select(w => w.Text() ?? "").ToArray();
        var values = node.Values.Items().ToArray();
        var inputs = new List<GraphInput>();
        var named = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var item in choice.Member("input_mapping").Items())
        {
            if (item.Text("new_id") is not { } name)
            {
                continue;
            }

            var from = item.Text("old_id");
            if (item.Member("set_value") is { ValueKind: not JsonValueKind.Undefined } value)
            {
                named[name] = value;
            }
            else if (Array.IndexOf(old, from) is >= 0 and var at && at < values.Length)
            {
                named[name] = values[at];
            }

            if (from is not null && node.Input(from) is { } input)
            {
                inputs.Add(input with { Name = name, Widget = input.Widget is null ? null : name });
            }
        }

        return new()
        {
            Id = node.Id,
            PromptId = node.PromptId,
            Type = type,
            Title = node.Title,
            Mode = node.Mode,
            Order = node.Order,
            Inputs = [.. inputs],
            Outputs = node.Outputs,
            IsReplaced = true,
            Named = JsonSerializer.SerializeToElement(named, Deep),
            Properties = node.Properties,
            Color = node.Color,
            Position = node.Position,
            Pointer = node.Pointer,
        };
    }
}

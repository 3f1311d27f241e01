using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Reads both schemas of graphs, 0.4 with links as arrays and 1 with links as objects. What cannot be read is reported and left out.
/// </summary>
internal sealed class GraphReader(GraphReport report)
{
    private int nodes;

    /// <summary>Whether a value is a graph: an object with an array of nodes.</summary>
    public static bool IsGraph(JsonElement value) => value.Member("nodes").ValueKind is JsonValueKind.Array;

    public GraphFile Read(JsonElement root)
    {
        var definitions = new Dictionary<string, Graph>(StringComparer.Ordinal);
        ReadDefinitions(root, "", definitions);
        var groups = root.Member("extra").Member("groupNodes");
        var last = root.Member("last_node_id").Int() ?? root.Member("state").Member("lastNodeId").Int() ?? 0;
        var file = new GraphFile(ReadGraph(root, "", "root"), definitions, groups);
        DoubledIds.Rename(file, last, report);
        return file;
    }

    /// <summary>Reads a node that has no place in a list of nodes.</summary>
    public GraphNode? ReadNode(JsonElement node, string? id, string pointer)
    {
        if (node.ValueKind is not JsonValueKind.Object)
        {
            report.Refuse("A2", new(null, null, null, pointer), "This is no node: a node is an object.");
            return null;
        }

        id ??= node.Member("id").Id();
        if (id is null || node.Text("type") is not { } type)
        {
            report.Refuse("A2", new(id, node.Text("title"), null, pointer), $"This node has no {(id is null ? "id" : "type")}.");
            return null;
        }

        if (id.Length > GraphBounds.IdCharacters || Count(node.Member("inputs")) > GraphBounds.Inputs)
        {
            report.Refuse("A2", new(id, node.Text("title"), null, pointer),
                $"This node has an id of more than {GraphBounds.IdCharacters} characters, or more than {GraphBounds.Inputs} inputs.");
            return null;
        }

        if (nodes++ >= GraphBounds.Nodes)
        {
            return null;
        }

        var sanitised = ClassNames.Sanitised(type);
        var title = node.Text("title");
        if (sanitised != type)
        {
            report.Note("A5", new(id, title ?? sanitised, null, pointer), $"The class '{type}' is read as '{sanitised}'.");
        }

        return new()
        {
            Id = id,
            Type = sanitised,
            Title = string.IsNullOrEmpty(title) ? null : title,
            Mode = ModeOf(node, id, title ?? type, pointer),
            Order = node.Member("order").Int() ?? 0,
            Inputs = GraphSlots.ReadInputs(node.Member("inputs")),
            Outputs = GraphSlots.ReadOutputs(node.Member("outputs")),
            Values = node.Member("widgets_values"),
            Named = node.Member("widgets_values_named"),
            Properties = node.Member("properties"),
            Color = node.Text("color"),
            Position = GraphFrames.CentreOf(node),
            Pointer = pointer,
        };
    }

    private static int Count(JsonElement list) => list.ValueKind is JsonValueKind.Array ? list.GetArrayLength() : 0;

    private void ReadDefinitions(JsonElement at, string pointer, Dictionary<string, Graph> found)
    {
        var list = at.Member("definitions").Member("subgraphs");
        var index = 0;
        foreach (var item in list.Items())
        {
            var where = $"{pointer}/definitions/subgraphs/{index++}";
            if (item.Text("id") is not { } id)
            {
                report.Refuse("G1", new(null, item.Text("name"), null, where), "This definition of a subgraph has no id.");
                continue;
            }

            ReadDefinitions(item, where, found);
            if (found.ContainsKey(id))
            {
                report.Note("G1", new(null, item.Text("name"), null, where), $"The subgraph {id} is defined twice; the first counts.");
            }
            else
            {
                found[id] = ReadGraph(item, where, id);
            }
        }
    }

    private Graph ReadGraph(JsonElement graph, string pointer, string id)
    {
        var list = ImmutableArray.CreateBuilder<GraphNode>();
        var seen = new Dictionary<string, GraphNode>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in graph.Member("nodes").Items())
        {
            if (nodes > GraphBounds.Nodes)
            {
                break;
            }

            var where = $"{pointer}/nodes/{index++}";
            if (item.Member("id").Id() is { } own && seen.TryGetValue(own, out var first))
            {
                report.Refuse("A2", new(own, item.Text("title") is { Length: > 0 } title ? title : item.Text("type"), null, where),
                    $"Two nodes have the id {own}, {first.Pointer} and this one: which of them a link means is not said. "
                    + "The browser keeps one of them.");
            }
            else if (ReadNode(item, null, where) is { } node)
            {
                seen[node.Id] = node;
                list.Add(node);
            }
        }

        if (nodes > GraphBounds.Nodes)
        {
            report.Refuse("A2", new(null, null, null, pointer), $"The file has more than {GraphBounds.Nodes} nodes.");
        }

        return new()
        {
            Id = id,
            Name = graph.Text("name") ?? "",
            Pointer = pointer,
            Nodes = list.ToImmutable(),
            Links = ReadLinks(graph.Member("links"), pointer),
            Inputs = GraphSlots.ReadBorder(graph.Member("inputs")),
            Outputs = GraphSlots.ReadBorder(graph.Member("outputs")),
            Extra = graph.Member("extra"),
            Frames = GraphFrames.Read(graph.Member("groups")),
        };
    }

    private Dictionary<string, GraphLink> ReadLinks(JsonElement links, string pointer)
    {
        var read = new Dictionary<string, GraphLink>(StringComparer.Ordinal);
        if (links.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in links.EnumerateObject())
            {
                Add(member.Value);
            }
        }

        var index = 0;
        foreach (var item in links.Items())
        {
            var where = $"{pointer}/links/{index++}";
            if (item.ValueKind is JsonValueKind.Null)
            {
                report.Differs("A2", new(null, null, null, where), "This link is null and left out. The browser cannot load such a file.");
            }
            else
            {
                Add(item);
            }
        }

        return read;

        void Add(JsonElement item)
        {
            if (GraphSlots.ReadLink(item) is { } link)
            {
                read[link.Id] = link;
            }
        }
    }

    private NodeMode ModeOf(JsonElement node, string id, string title, string pointer)
    {
        var mode = node.Member("mode").Int() ?? 0;
        if (mode is 1 or 3)
        {
            report.Note("F1", new(id, title, null, pointer),
                $"Mode {mode} ({(mode == 1 ? "on event" : "on trigger")}) is no mode of a prompt: the node runs always.");
        }

        return mode switch
        {
            2 => NodeMode.Muted,
            4 => NodeMode.Bypassed,
            _ => NodeMode.Always,
        };
    }
}

/// <summary>All that a file holds: the graph, and what its nodes may be instances of.</summary>
internal sealed record GraphFile(Graph Root, Dictionary<string, Graph> Definitions, JsonElement Groups);

using System.Globalization;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads the group nodes of older files as what became of them: subgraphs, every input of which is promoted.</summary>
internal sealed class GroupNodes(GraphViews views, GraphReport report)
{
    /// <summary>What the classes of group nodes begin with.</summary>
    public const string Mark = "workflow";

    public static bool Is(string type) => NameOf(type) is not null;

    /// <summary>Adds a definition for every group node that the file uses.</summary>
    public void Define(GraphFile file)
    {
        foreach (var type in file.Root.Nodes.Concat(file.Definitions.Values.SelectMany(d => d.Nodes)).Select(n =>
            n.Type).Distinct().ToArray())
        {
            if (NameOf(type) is { } name && file.Groups.Member(name) is { ValueKind: JsonValueKind.Object } group
                && !file.Definitions.ContainsKey(type))
            {
                file.Definitions[type] = Define(name, group);
            }
        }
    }

    private static string? NameOf(string type) =>
        type.StartsWith(Mark, StringComparison.Ordinal) && type.Length > Mark.Length + 1 && type[Mark.Length] is '>' or '/'
            ? type[(Mark.Length + 1)..] : null;

    private Graph Define(string name, JsonElement group)
    {
        var pointer = JsonPointer.Of("extra", "groupNodes", name);
        var reader = new GraphReader(report);
        var nodes = new List<GraphNode>();
        var index = 0;
        foreach (var item in group.Member("nodes").Items().Take(GraphBounds.GroupNodes))
        {
            if (reader.ReadNode(item, index.ToString(CultureInfo.InvariantCulture), $"{pointer}/nodes/{index}") is { } node)
            {
                nodes.Add(node);
            }

            index++;
        }

        return new GroupBorders(name, pointer, nodes, group, views).Build();
    }
}

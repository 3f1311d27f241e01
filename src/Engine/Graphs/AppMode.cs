using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads what a graph shows in app mode, <c>extra.linearData</c>, in terms of its prompt.</summary>
internal static class AppMode
{
    /// <param name="scopes">Every graph in use, the root first.</param>
    public static GraphApp? Read(IReadOnlyList<GraphScope> scopes, IDictionary<string, string> nodes,
        ImmutableArray<CarriedInput> carried, GraphReport report)
    {
        if (scopes[0].Graph.Extra.Member("linearData") is not { ValueKind: JsonValueKind.Object } data)
        {
            return null;
        }

        var inputs = ImmutableArray.CreateBuilder<(string, string)>();
        var index = 0;
        foreach (var item in data.Member("inputs").Items().Take(GraphBounds.Values))
        {
            var pointer = $"/extra/linearData/inputs/{index++}";
            if (item.ValueKind is not JsonValueKind.Array || item.GetArrayLength() < 2 || item[0].Id() is not { } id
                || item[1].Text() is not { } name)
            {
                report.Note("I5", new(null, null, null, pointer), "This input of app mode names no widget.");
                continue;
            }

            var before = inputs.Count;
            foreach (var node in Located(scopes, id))
            {
                inputs.AddRange(nodes.ContainsKey(node) ? [(node, name)] : carried.Where(c => c.From == node
                    && (c.Name == name || c.Name == "value")).Select(c => (c.Node, c.Input)));
            }

            if (inputs.Count == before)
            {
                report.Note("I5", new(id, null, name, pointer), $"App mode shows {name} of node {id}, which is not in the prompt.");
            }
        }

        return new(inputs.ToImmutable(), [.. Outputs(data, scopes, nodes, report)]);
    }

    private static IEnumerable<string> Outputs(JsonElement data, IReadOnlyList<GraphScope> scopes, IDictionary<string, string> nodes,
        GraphReport report)
    {
        var index = 0;
        foreach (var item in data.Member("outputs").Items().Take(GraphBounds.Values))
        {
            var pointer = $"/extra/linearData/outputs/{index++}";
            var sent = item.Id() is { } id ? Located(scopes, id).Where(nodes.ContainsKey).ToArray() : [];
            foreach (var node in sent)
            {
                yield return node;
            }

            if (sent.Length == 0)
            {
                report.Note("I5", new(item.Id(), null, null, pointer), "App mode shows the outputs of a node that is not in the prompt.");
            }
        }
    }

    // A locator has the graph before the node, 5b000001-…:7: each instance of that graph has the node. Other ids are of the root.
    private static IEnumerable<string> Located(IReadOnlyList<GraphScope> scopes, string id)
    {
        if (id.IndexOf(':', StringComparison.Ordinal) is not (> 0 and { } at) || !Guid.TryParseExact(id[..at], "D", out _))
        {
            return [id];
        }

        var (graph, local) = (id[..at], id[(at + 1)..]);
        return scopes.Any(s => s.Graph.Id == graph)
            ? scopes.Where(s => s.Graph.Id == graph).Select(s => s.Graph.Find(local) is { } node ? s.IdOf(node) : s.Prefix + local)
            : [local];
    }
}

using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Reads what a graph shows in app mode, <c>extra.linearData</c>, in terms of its prompt.</summary>
internal static class AppMode
{
    public static GraphApp? Read(Graph root, IDictionary<string, string> nodes, ImmutableArray<CarriedInput> carried, GraphReport report)
    {
        if (root.Extra.Member("linearData") is not { ValueKind: JsonValueKind.Object } data)
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

            var node = Local(id);
            var (before, shown) = (inputs.Count, carried.Where(c => c.From == node && (c.Name == name || c.Name == "value")));
            inputs.AddRange(nodes.ContainsKey(node) ? [(node, name)] : shown.Select(c => (c.Node, c.Input)));
            if (inputs.Count == before)
            {
                report.Note("I5", new(node, null, name, pointer), $"App mode shows {name} of node {node}, which is not in the prompt.");
            }
        }

        return new(inputs.ToImmutable(), [.. Outputs(data, nodes, report)]);
    }

    private static IEnumerable<string> Outputs(JsonElement data, IDictionary<string, string> nodes, GraphReport report)
    {
        var index = 0;
        foreach (var item in data.Member("outputs").Items().Take(GraphBounds.Values))
        {
            var pointer = $"/extra/linearData/outputs/{index++}";
            if (item.Id() is { } id && nodes.ContainsKey(Local(id)))
            {
                yield return Local(id);
            }
            else
            {
                report.Note("I5", new(item.Id(), null, null, pointer), "App mode shows the outputs of a node that is not in the prompt.");
            }
        }
    }

    // A locator has the graph before the node: 5b000001-…:7.
    private static string Local(string id) =>
        id.IndexOf(':', StringComparison.Ordinal) is var at and > 0 && Guid.TryParseExact(id[..at], "D", out _) ? id[(at + 1)..] : id;
}

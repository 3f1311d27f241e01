using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Workflows;

/// <summary>Reads ComfyUI's prompt format against a node catalog and finds everything that ComfyUI would refuse or drop.</summary>
internal static class PromptReader
{
    private const string HowToExport = "This is a graph, the format that ComfyUI saves for its own editor. Send the prompt format: in ComfyUI choose Workflow > Export (API).";

    public static ImmutableArray<PromptNode> Read(JsonElement root, NodeCatalog catalog, List<Fault> faults)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(Fault("", "A prompt is a JSON object of nodes: {\"1\":{\"class_type\":…,\"inputs\":{…}}}."));
            return [];
        }

        var pointer = "";
        if (root.TryGetProperty("nodes", out var nodes) && nodes.ValueKind is JsonValueKind.Array)
        {
            faults.Add(Fault("", HowToExport));
            return [];
        }

        if (root.TryGetProperty("prompt", out var inner) && inner.ValueKind is JsonValueKind.Object && !inner.TryGetProperty("class_type", out _))
        {
            (root, pointer) = (inner, "/prompt");
        }

        var read = ImmutableArray.CreateBuilder<PromptNode>();
        foreach (var property in root.EnumerateObject())
        {
            if (ReadNode(property, JsonPointer.Under(pointer, property.Name), catalog, faults) is { } node)
            {
                read.Add(node);
            }
        }

        var all = read.ToImmutable();
        CheckLinks(all, root, pointer, faults);
        if (all.IsEmpty && faults.Count == 0)
        {
            faults.Add(Fault(pointer, "The prompt has no nodes."));
        }

        return all;
    }

    private static PromptNode? ReadNode(JsonProperty property, string pointer, NodeCatalog catalog, List<Fault> faults)
    {
        var node = property.Value;
        if (node.ValueKind is not JsonValueKind.Object || !node.TryGetProperty("class_type", out var type) || type.ValueKind is not JsonValueKind.String)
        {
            faults.Add(Fault(pointer, $"Node {property.Name} has no class_type."));
            return null;
        }

        var title = node.TryGetProperty("_meta", out var meta) && meta.ValueKind is JsonValueKind.Object
            && meta.TryGetProperty("title", out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
        if (catalog.Find(type.GetString()!) is not { } nodeClass)
        {
            faults.Add(Fault($"{pointer}/class_type", $"No host of the pool has the node class '{type.GetString()}'{(title is null ? "" : $" ('{title}')")}."));
            return null;
        }

        if (node.TryGetProperty("inputs", out var inputs) && inputs.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(Fault($"{pointer}/inputs", "inputs is an object."));
            return null;
        }

        return new(property.Name, nodeClass, title, [.. ReadInputs(inputs)]) { Annotations = Annotations.Parse(title) };
    }

    private static IEnumerable<PromptInput> ReadInputs(JsonElement inputs) =>
        inputs.ValueKind is JsonValueKind.Object ? inputs.EnumerateObject().Select(i => new PromptInput(i.Name, i.Value, NodeLink.Read(i.Value))) : [];

    private static void CheckLinks(ImmutableArray<PromptNode> nodes, JsonElement root, string pointer, List<Fault> faults)
    {
        var byId = nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            foreach (var input in node.Inputs)
            {
                if (input.Link is { } link && LinkFault(link, byId, root) is { } detail)
                {
                    faults.Add(Fault(JsonPointer.Under(pointer, node.Id, "inputs", input.Name), detail));
                }
            }

            // Dynamic inputs of newer servers have no fixed names, so their absence proves nothing.
            foreach (var missing in node.Class.Inputs.Where(i => i.IsRequired && !i.Type.StartsWith("COMFY_", StringComparison.Ordinal) && node.Find(i.Name) is null))
            {
                faults.Add(Fault(JsonPointer.Under(pointer, node.Id, "inputs", missing.Name), $"The required input {missing.Name} of {node.Describe()} is missing."));
            }
        }

        if (Cycles.Find(nodes) is { } cycle)
        {
            faults.Add(Fault(JsonPointer.Under(pointer, cycle.Id), $"The links of {cycle.Describe()} lead back to itself."));
        }
    }

    private static string? LinkFault(NodeLink link, Dictionary<string, PromptNode> byId, JsonElement root) =>
        byId.TryGetValue(link.Node, out var source)
            ? link.Slot >= 0 && link.Slot < source.Class.Outputs.Length ? null : $"{source.Describe()} has no output {link.Slot}; it has {source.Class.Outputs.Length}."
            : root.TryGetProperty(link.Node, out _) ? null : $"There is no node {link.Node}.";

    private static Fault Fault(string pointer, string detail) => new("invalid_workflow", detail, pointer);
}

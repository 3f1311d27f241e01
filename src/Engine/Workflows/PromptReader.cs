using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Reads ComfyUI's prompt format against a node catalog. Classes that the catalog has not are made up from the prompt itself.
/// </summary>
internal static class PromptReader
{
    /// <param name="faults">Gets what cannot be read; it is left out.</param>
    public static ImmutableArray<PromptNode> Read(JsonElement prompt, NodeCatalog catalog, List<Fault> faults)
    {
        var raw = new List<RawNode>();
        if (prompt.ValueKind is JsonValueKind.Object)
        {
            foreach (var property in prompt.EnumerateObject())
            {
                if (ReadNode(property, prompt, faults) is { } node)
                {
                    raw.Add(node);
                }
            }
        }

        var linked = raw.SelectMany(n => n.Inputs).Select(i => i.Link?.Node).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var missing = raw.Where(n => !catalog.Has(n.Class)).GroupBy(n => n.Class, StringComparer.Ordinal).ToArray();

        // What takes links and gives none is there for its own sake. What has no links at all is so only where nothing else is.
        var ends = missing.Where(g => g.All(n => !linked.Contains(n.Id))).ToArray();
        var fed = ends.Where(g => g.Any(n => n.Inputs.Any(i => i.Link is not null))).ToArray();
        var outputs = (fed.Length > 0 || raw.Any(n => catalog.Find(n.Class) is { IsOutputNode: true }) ? fed : ends).Select(g => g.Key)
            .ToHashSet(StringComparer.Ordinal);
        var unknown = missing.ToDictionary(g => g.Key, g => NodeClass.Unknown(g.Key, g.SelectMany(n => n.Inputs), outputs.Contains(g.Key)),
            StringComparer.Ordinal);
        return [.. raw.Select(n => Known(n, catalog.Find(n.Class) ?? unknown[n.Class]))];
    }

    /// <summary>The classes that a prompt names.</summary>
    public static ImmutableArray<string> ClassesOf(JsonElement prompt) =>
    [
        .. (prompt.ValueKind is JsonValueKind.Object ? prompt.EnumerateObject().Select(p => p.Value) : [])
            .Where(v => v.ValueKind is JsonValueKind.Object)
            .Select(v => v.TryGetProperty("class_type", out var type) && type.ValueKind is JsonValueKind.String ? type.GetString() : null)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal),
    ];

    private static PromptNode Known(RawNode node, NodeClass nodeClass) =>
        new PromptNode(node.Id, nodeClass, node.Title, node.Inputs)
        {
            Annotations = Annotations.Parse(node.Title, nodeClass.DisplayName, nodeClass.Name),
            Notes = node.Notes,
        }.Read();

    private static RawNode? ReadNode(JsonProperty property, JsonElement prompt, List<Fault> faults)
    {
        var node = property.Value;
        if (node.ValueKind is not JsonValueKind.Object || !node.TryGetProperty("class_type", out var type)
            || type.ValueKind is not JsonValueKind.String)
        {
            faults.Add(Fault(JsonPointer.Of(property.Name), $"Node {property.Name} has no class_type."));
            return null;
        }

        if (node.TryGetProperty("inputs", out var inputs) && inputs.ValueKind is not JsonValueKind.Object)
        {
            faults.Add(Fault(JsonPointer.Of(property.Name, "inputs"), "inputs is an object."));
            return null;
        }

        var (title, notes) = ((string?)null, NodeNotes.None);
        if (node.TryGetProperty("_meta", out var meta) && meta.ValueKind is JsonValueKind.Object)
        {
            title = meta.TryGetProperty("title", out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;
            notes = NodeNotes.Read(meta, JsonPointer.Of(property.Name, "_meta"), faults);
        }

        return new(property.Name, type.GetString()!, title, [.. ReadInputs(inputs, prompt)], notes); // A string is never null.
    }

    private static IEnumerable<PromptInput> ReadInputs(JsonElement inputs, JsonElement prompt) =>
        inputs.ValueKind is JsonValueKind.Object
        ? inputs.EnumerateObject().Select(i => new PromptInput(i.Name, i.Value, LinkOf(i.Value, prompt))) : [];

    // A pair of numbers may be a size; it is a link only where it leads to a node.
    private static NodeLink? LinkOf(JsonElement value, JsonElement prompt) =>
        NodeLink.Read(value) is { } link
        && (value[0].ValueKind is JsonValueKind.String || prompt.TryGetProperty(link.Node, out _)) ? link : null;

    private static Fault Fault(string pointer, string detail) => new(FaultCode.InvalidWorkflow, detail, pointer);

    private sealed record RawNode(string Id, string Class, string? Title, ImmutableArray<PromptInput> Inputs, NodeNotes Notes);
}

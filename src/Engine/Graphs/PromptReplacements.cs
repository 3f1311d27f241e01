using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Puts newer nodes into a prompt in the place of those whose classes no host has any more, as ComfyUI itself does before it executes a
/// prompt (app/node_replace_manager.py). Where a host says nothing of the inputs they stay as they are: there ComfyUI drops them.
/// </summary>
public static class PromptReplacements
{
    /// <param name="replacements">What <c>/node_replacements</c> of a host says.</param>
    /// <returns>The prompt, and a finding for each node that is another now, with a pointer into the prompt.</returns>
    public static (JsonElement Prompt, ImmutableArray<GraphFinding> Report) Apply(JsonElement prompt, NodeCatalog catalog,
        JsonElement replacements)
    {
        var choices = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var report = ImmutableArray.CreateBuilder<GraphFinding>();
        foreach (var node in prompt.EnumerateObject())
        {
            if (node.Value.Text("class_type") is { } type && !catalog.Has(type) && ChoiceOf(type, catalog, replacements) is { } choice)
            {
                choices[node.Name] = choice;
                report.Add(new("A6", node.Name, node.Value.Member("_meta").Text("title") ?? type, null, JsonPointer.Of(node.Name),
                    GraphSeverity.Note, $"No host has the class '{type}'; '{choice.Text("new_node_id")}' stands in for it, as a host says."));
            }
        }

        return choices.Count == 0 ? (prompt, []) : (Write(prompt, choices), report.ToImmutable());
    }

    private static JsonElement? ChoiceOf(string type, NodeCatalog catalog, JsonElement replacements)
    {
        foreach (var choice in replacements.Member(type).Items())
        {
            if (choice.Text("new_node_id") is { } now && catalog.Has(now))
            {
                return choice;
            }
        }

        return null;
    }

    private static JsonElement Write(JsonElement prompt, Dictionary<string, JsonElement> choices)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, PromptWriter.Options);
        writer.WriteStartObject();
        foreach (var node in prompt.EnumerateObject())
        {
            writer.WritePropertyName(node.Name);
            if (node.Value.ValueKind is JsonValueKind.Object)
            {
                WriteNode(writer, node.Value, choices.TryGetValue(node.Name, out var choice) ? choice : null, choices);
            }
            else
            {
                node.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void WriteNode(Utf8JsonWriter writer, JsonElement node, JsonElement? choice, Dictionary<string, JsonElement> choices)
    {
        writer.WriteStartObject();
        foreach (var member in node.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            switch (member.Name)
            {
                case "class_type" when choice is { } other:
                    writer.WriteStringValue(other.Text("new_node_id"));
                    break;
                case "inputs" when member.Value.ValueKind is JsonValueKind.Object:
                    WriteInputs(writer, InputsOf(member.Value, choice), choices);
                    break;
                default:
                    member.Value.WriteTo(writer);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static IEnumerable<(string Name, JsonElement Value)> InputsOf(JsonElement inputs, JsonElement? choice)
    {
        if (choice?.Member("input_mapping") is not { ValueKind: JsonValueKind.Array } mapping)
        {
            return inputs.EnumerateObject().Select(i => (i.Name, i.Value));
        }

        return from item in mapping.EnumerateArray()
               let name = item.Text("new_id")
               let set = item.Member("set_value")
               let value = set.ValueKind is JsonValueKind.Undefined ? inputs.Member(item.Text("old_id") ?? "") : set
               where name is not null && value.ValueKind is not JsonValueKind.Undefined
               select (name, value);
    }

    private static void WriteInputs(Utf8JsonWriter writer, IEnumerable<(string Name, JsonElement Value)> inputs,
        Dictionary<string, JsonElement> choices)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in inputs.DistinctBy(i => i.Name, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            if (NodeLink.Read(value) is { } link && choices.TryGetValue(link.Node, out var origin)
                && SlotOf(origin, link.Slot) is { } slot && slot != link.Slot)
            {
                writer.WriteStartArray();
                value[0].WriteTo(writer);
                writer.WriteNumberValue(slot);
                writer.WriteEndArray();
            }
            else
            {
                value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static int? SlotOf(JsonElement choice, int old)
    {
        foreach (var item in choice.Member("output_mapping").Items())
        {
            if (item.Member("old_idx").Int() == old)
            {
                return item.Member("new_idx").Int();
            }
        }

        return null;
    }
}

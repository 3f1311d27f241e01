using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Writes into a prompt what its graph says beyond it: the tags of nodes that are not in the prompt, the texts that each run makes
/// anew, and the seeds that stay.
/// </summary>
public static class PromptNotes
{
    /// <summary>
    /// The prompt with what the conversion of its graph knows of its nodes. What the prompt says itself stays, but for the texts that each
    /// run makes anew: those are as the graph has them.
    /// </summary>
    /// <param name="prompt">The conversion's own, or what a browser made of the same graph.</param>
    public static JsonElement Write(JsonElement prompt, GraphConversion conversion)
    {
        var notes = NotesOf(conversion);
        if (notes.Count == 0 || prompt.ValueKind is not JsonValueKind.Object)
        {
            return prompt;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, PromptWriter.Options);
        writer.WriteStartObject();
        foreach (var node in prompt.EnumerateObject())
        {
            writer.WritePropertyName(node.Name);
            if (notes.TryGetValue(node.Name, out var known) && node.Value.ValueKind is JsonValueKind.Object)
            {
                WriteNode(writer, node.Value, Within(known, node.Value), conversion.Prompt?.Member(node.Name) ?? default);
            }
            else
            {
                node.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = GraphBounds.JsonDepth });
    }

    private static Dictionary<string, NodeNotes> NotesOf(GraphConversion conversion)
    {
        var notes = new Dictionary<string, NodeNotes>(StringComparer.Ordinal);
        foreach (var carried in conversion.Carried.Distinct())
        {
            foreach (var tag in TagsOf(carried))
            {
                Add(carried.Node, n => n with { Tags = n.Tags.Add(tag) });
            }
        }

        foreach (var later in conversion.Later)
        {
            Add(later.Node, n => later.IsDynamicPrompt ? n with { DynamicPrompts = n.DynamicPrompts.Add(later.Input) }
                : n with { Dates = n.Dates.Add(later.Input) });
        }

        foreach (var seed in conversion.Fixed)
        {
            Add(seed.Node, n => n with { FixedSeeds = n.FixedSeeds.Add(seed.Input) });
        }

        return notes;

        void Add(string node, Func<NodeNotes, NodeNotes> add) => notes[node] = add(notes.GetValueOrDefault(node, NodeNotes.None));
    }

    /// <summary>The tags of a title that mean an input which its node carries.</summary>
    internal static IEnumerable<CarriedTag> TagsOf(CarriedInput carried) =>
        from tag in Annotations.Parse(carried.Title).Tags
        where !tag.IsOutputOnly
        let listed = tag.Inputs?.FirstOrDefault(l => l.Name.Equals(carried.Name, StringComparison.OrdinalIgnoreCase))
        where tag.Inputs is null || listed is not null
        select new CarriedTag(tag.Name, carried.Name, carried.Input, listed?.Kind);

    // Where the prompt has another node of the id, or a link in the place of the value, callers can set nothing there.
    private static NodeNotes Within(NodeNotes notes, JsonElement node)
    {
        var inputs = node.Member("inputs");
        return new()
        {
            Tags = [.. notes.Tags.Where(t => inputs.Member(t.Input).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Array))],
            DynamicPrompts = [.. notes.DynamicPrompts.Where(i => inputs.Member(i).ValueKind is JsonValueKind.String)],
            Dates = [.. notes.Dates.Where(i => inputs.Member(i).ValueKind is JsonValueKind.String)],
            FixedSeeds = [.. notes.FixedSeeds.Where(i => inputs.Member(i).ValueKind is JsonValueKind.Number)],
        };
    }

    private static void WriteNode(Utf8JsonWriter writer, JsonElement node, NodeNotes notes, JsonElement converted)
    {
        writer.WriteStartObject();
        foreach (var member in node.EnumerateObject().Where(m => m.Name != "_meta" || m.Value.ValueKind is not JsonValueKind.Object))
        {
            if (member.Name == "inputs" && member.Value.ValueKind is JsonValueKind.Object)
            {
                WriteInputs(writer, member.Value, notes, converted.Member("inputs"));
            }
            else
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteStartObject("_meta"u8);
        var meta = node.Member("_meta");
        if (meta.ValueKind is JsonValueKind.Object)
        {
            foreach (var member in meta.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        }

        if (!notes.IsEmpty && !NodeNotes.AreIn(meta))
        {
            notes.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteInputs(Utf8JsonWriter writer, JsonElement inputs, NodeNotes notes, JsonElement converted)
    {
        writer.WriteStartObject("inputs"u8);
        foreach (var input in inputs.EnumerateObject())
        {
            var saved = notes.DynamicPrompts.Contains(input.Name) || notes.Dates.Contains(input.Name) ? converted.Member(input.Name) : default;
            writer.WritePropertyName(input.Name);
            (saved.ValueKind is JsonValueKind.String ? saved : input.Value).WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}

using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Writes nodes in ComfyUI's prompt format.</summary>
internal static class PromptWriter
{
    // ComfyUI reads any JSON; titles in other scripts stay readable in the pictures' metadata.
    public static JsonWriterOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true
    };

    public static byte[] Write(ImmutableArray<PromptNode> nodes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        foreach (var node in nodes)
        {
            writer.WritePropertyName(node.Id);
            WriteNode(writer, node);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Write(PromptNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        WriteNode(writer, node);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteNode(Utf8JsonWriter writer, PromptNode node)
    {
        writer.WriteStartObject();
        writer.WriteString("class_type"u8, node.Class.Name);
        writer.WriteStartObject("inputs"u8);
        foreach (var input in node.Inputs)
        {
            writer.WritePropertyName(input.Name);
            if (input.Link is { } link)
            {
                WriteLink(writer, link);
            }
            else
            {
                input.Value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        if (node.Title is not null || !node.Notes.IsEmpty)
        {
            WriteMeta(writer, node);
        }

        writer.WriteEndObject();
    }

    private static void WriteMeta(Utf8JsonWriter writer, PromptNode node)
    {
        writer.WriteStartObject("_meta"u8);
        if (node.Title is not null)
        {
            writer.WriteString("title"u8, node.Title);
        }

        if (!node.Notes.IsEmpty)
        {
            node.Notes.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void WriteLink(Utf8JsonWriter writer, NodeLink link)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(link.Node);
        writer.WriteNumberValue(link.Slot);
        writer.WriteEndArray();
    }
}

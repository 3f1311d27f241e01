using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ComfyFunc.Server.Workflows;

/// <summary>A graph as it is kept beside its prompt, so that its author gets it back.</summary>
/// <param name="Json">As it was sent, whatever its blanks.</param>
/// <param name="Hash">Names its content. What <see cref="IsContent"/> leaves out is no part of that.</param>
public sealed record KeptGraph(ReadOnlyMemory<byte> Json, string Hash)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static KeptGraph Of(JsonElement graph) =>
        new(Write(graph, isWhole: true), Convert.ToHexStringLower(SHA256.HashData(Write(graph, isWhole: false)))[..32]);

    /// <summary>
    /// Whether a member of a graph's <c>extra</c> tells two graphs apart: neither where the editor's window stood (<c>ds</c>) nor under
    /// which name it is published (<c>comfyfunc</c>) does.
    /// </summary>
    public static bool IsContent(JsonProperty ofExtra) => !ofExtra.NameEquals("ds"u8) && !ofExtra.NameEquals(Mark);

    /// <summary>The member of <c>extra</c> that names what the graph is published as.</summary>
    public static ReadOnlySpan<byte> Mark => "comfyfunc"u8;

    private static byte[] Write(JsonElement graph, bool isWhole)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        foreach (var member in graph.EnumerateObject())
        {
            if (isWhole || member is not { Name: "extra", Value.ValueKind: JsonValueKind.Object })
            {
                member.WriteTo(writer);
            }
            else if (member.Value.EnumerateObject().Any(IsContent))
            {
                WriteExtra(writer, member.Value);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteExtra(Utf8JsonWriter writer, JsonElement extra)
    {
        writer.WriteStartObject("extra"u8);
        foreach (var member in extra.EnumerateObject().Where(IsContent))
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ComfyFunc.Engine.Sync;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Server.Sync;

/// <summary>The graph of a published version, and what hosts are given of it.</summary>
/// <param name="Json">As it is written into files: it says itself what it is.</param>
public sealed record PublishedGraph(SyncedVersion Version, ReadOnlyMemory<byte> Json)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static PublishedGraph Of(string workflow, int version, JsonElement graph)
    {
        var said = new SyncedVersion(version, KeptGraph.Of(graph).Hash);
        return new(said, Marked(graph, workflow, said));
    }

    /// <summary>What a graph says that it is; <see langword="null"/> for one that was never pushed.</summary>
    public static SyncedVersion? MarkOf(JsonElement graph) =>
        Member(Member(graph, "extra"u8), KeptGraph.Mark) is { } mark
        && Member(mark, "version"u8) is { ValueKind: JsonValueKind.Number } version && version.TryGetInt32(out var number)
        && Member(mark, "hash"u8) is { ValueKind: JsonValueKind.String } hash
            ? new(number, hash.GetString()!) // It is a string, which is never null.
            : null;

    private static JsonElement? Member(JsonElement? of, ReadOnlySpan<byte> name) =>
        of is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(name, out var member) ? member : null;

    private static byte[] Marked(JsonElement graph, string workflow, SyncedVersion version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        writer.WriteStartObject();
        foreach (var member in graph.EnumerateObject().Where(m => !m.NameEquals("extra"u8)))
        {
            member.WriteTo(writer);
        }

        writer.WriteStartObject("extra"u8);
        if (Member(graph, "extra"u8) is { ValueKind: JsonValueKind.Object } extra)
        {
            foreach (var member in extra.EnumerateObject().Where(m => !m.NameEquals(KeptGraph.Mark)))
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteStartObject(KeptGraph.Mark);
        writer.WriteString("name"u8, workflow);
        writer.WriteNumber("version"u8, version.Version);
        writer.WriteString("hash"u8, version.Hash);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

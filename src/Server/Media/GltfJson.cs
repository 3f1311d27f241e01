using System.Text;
using System.Text.Json;

namespace ComfyFunc.Server.Media;

/// <summary>The JSON of a glTF scene: <c>extras</c>, copyright, generator and XMP become spaces; its pictures lose theirs.</summary>
internal static class GltfJson
{
    public static byte[]? Strip(ReadOnlySpan<byte> file)
    {
        var json = file.ToArray();
        return Blank(json) && !HasPicturesInBuffers(json) ? json : null;
    }

    /// <returns>Whether it is a scene, and everything could be taken out of it.</returns>
    public static bool Blank(Span<byte> json)
    {
        if (!JsonBlanks.Blank(json, static n => n is "extras" or "copyright" or "generator" or "KHR_xmp_json_ld" or "KHR_xmp"))
        {
            return false;
        }

        var reader = new Utf8JsonReader(json);
        var isScene = false;
        while (reader.Read())
        {
            isScene |= reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals("asset"u8);
            if (reader.TokenType is not JsonTokenType.String || !reader.ValueSpan.StartsWith("data:"u8))
            {
                continue;
            }

            var uri = Encoding.UTF8.GetString(reader.ValueSpan);

            // In bytes: what is no UTF-8 would grow.
            if (reader.ValueIsEscaped || EmbeddedFile.StripUri(uri) is not { } stripped
                || Encoding.UTF8.GetByteCount(stripped) != reader.ValueSpan.Length)
            {
                return false;
            }

            Encoding.UTF8.GetBytes(stripped, json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
        }

        return isScene;
    }

    /// <summary>Where in the first buffer the scene's pictures are.</summary>
    /// <returns><see langword="null"/> when the scene says nonsense.</returns>
    public static List<(long Start, int Length)>? Pictures(ReadOnlyMemory<byte> json)
    {
        using var scene = JsonDocument.Parse(json);
        var pictures = new List<(long, int)>();
        var views = List(scene.RootElement, "bufferViews");
        foreach (var image in List(scene.RootElement, "images"))
        {
            if (Number(image, "bufferView", -1) is not { } index)
            {
                return null;
            }

            if (index < 0)
            {
                continue;
            }

            if (index >= views.Length
                || (views[index] is var view && Number(view, "buffer", -1) is not 0)
                || Number(view, "byteOffset", 0) is not { } start
                || Number(view, "byteLength", -1) is not (>= 0 and <= FileMetadata.LargestRewritten and var length))
            {
                return null;
            }

            pictures.Add((start, (int)length));
        }

        return pictures;
    }

    private static bool HasPicturesInBuffers(byte[] json) => Pictures(json) is not { Count: 0 };

    private static JsonElement[] List(JsonElement scene, string name) =>
        scene.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static long? Number(JsonElement item, string name, long missing) =>
        item.ValueKind is not JsonValueKind.Object ? null
        : !item.TryGetProperty(name, out var value) ? missing
        : value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 ? number
        : null;
}

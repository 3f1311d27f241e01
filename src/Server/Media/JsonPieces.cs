using System.Text;
using System.Text.Json;

namespace ComfyFunc.Server.Media;

/// <summary>Takes pieces out of JSON text without reading all of it into objects.</summary>
internal static class JsonPieces
{
    private const int Deepest = 4;
    private const int DeepestJson = 1000;

    /// <summary>Whether it is one JSON object.</summary>
    public static bool IsObject(ReadOnlySpan<byte> json) => Find(json, null, out _);

    /// <returns>A member's own text; empty when it is not there, or the whole is no object. The last one counts.</returns>
    public static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, string name) =>
        Find(json, name, out var member) ? json[member] : default;

    /// <summary>Some writers put JSON into strings of JSON, and those into strings again.</summary>
    /// <returns>What is within, without the blanks and zeros around it.</returns>
    public static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n\0"u8);
        for (var depth = 0; depth < Deepest && text.StartsWith("\""u8); depth++)
        {
            if (StringOf(text) is not { } inner)
            {
                return text;
            }

            text = Encoding.UTF8.GetBytes(inner).AsSpan().Trim(" \t\r\n\0"u8);
        }

        return text;
    }

    private static string? StringOf(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return reader.Read() && reader.TokenType is JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // No JSON, or half a surrogate pair.
        }
    }

    private static bool Find(ReadOnlySpan<byte> json, string? name, out Range member)
    {
        member = default;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DeepestJson });
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isIt = name is not null && reader.ValueTextEquals(name);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                member = isIt ? start..(int)reader.BytesConsumed : member;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Mends JSON byte by byte. It knows strings from what is between them, and nothing else of what it copies.</summary>
internal static class JsonRepair
{
    private const int EscapeLength = 6;

    // What a string may hold as it is, apart from its end, escapes, and bytes that must be looked at.
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Where(b => b is not ('"' or '\\')).Select(b => (byte)b)]);

    public static bool IsNeeded(ReadOnlySpan<byte> json) =>
        !Utf8.IsValid(json) || json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0 || json.IndexOf("NaN"u8) >= 0
        || json.IndexOf("Infinity"u8) >= 0;

    public static ReadOnlyMemory<byte> Of(ReadOnlySpan<byte> json)
    {
        var mended = new ArrayBufferWriter<byte>(json.Length + 64);
        var isInString = false;
        while (!json.IsEmpty)
        {
            var length = isInString ? CopyInString(json, mended, ref isInString) : CopyBetween(json, mended, ref isInString);
            json = json[length..];
        }

        return mended.WrittenMemory;
    }

    /// <summary>The same with each key once, where it first stood and with what it last had, as Python reads it.</summary>
    public static ReadOnlyMemory<byte> WithoutRepeatedKeys(JsonElement root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new() { SkipValidation = true });
        Write(root, writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static int CopyInString(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> mended, ref bool isInString)
    {
        switch (json[0])
        {
            case (byte)'"':
                isInString = false;
                return Copy(json, 1, mended);
            case (byte)'\\' when SurrogateOf(json) is { } first:
                var isPair = char.IsHighSurrogate(first) && SurrogateOf(json[EscapeLength..]) is { } second && char.IsLowSurrogate(second);
                if (isPair)
                {
                    return Copy(json, EscapeLength * 2, mended);
                }

                mended.Write("\\ufffd"u8);
                return EscapeLength;
            case (byte)'\\':
                return Copy(json, Math.Min(2, json.Length), mended);
            case < 0x80:
                return Copy(json, LengthUntil(json.IndexOfAnyExcept(Plain), json), mended);
            default:
                var status = Rune.DecodeFromUtf8(json, out _, out var length);
                if (status is OperationStatus.Done)
                {
                    return Copy(json, length, mended);
                }

                mended.Write("\uFFFD"u8);
                return length;
        }
    }

    private static int CopyBetween(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> mended, ref bool isInString)
    {
        if (json[0] == '"')
        {
            isInString = true;
            return Copy(json, 1, mended);
        }

        foreach (var word in (ReadOnlySpan<string>)["NaN", "-Infinity", "Infinity"])
        {
            if (json.Length >= word.Length && Ascii.Equals(json[..word.Length], word))
            {
                mended.Write("null"u8);
                return word.Length;
            }
        }

        return Copy(json, LengthUntil(1 + json[1..].IndexOfAny("\"NI-"u8), json), mended);
    }

    // What is looked for lies behind the first byte, or nowhere.
    private static int LengthUntil(int found, ReadOnlySpan<byte> json) => found <= 0 ? json.Length : found;

    private static char? SurrogateOf(ReadOnlySpan<byte> json) =>
        json.Length >= EscapeLength && json.StartsWith("\\u"u8)
        && ushort.TryParse(json[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
        && char.IsSurrogate((char)unit)
            ? (char)unit
            : null;

    private static int Copy(ReadOnlySpan<byte> json, int length, ArrayBufferWriter<byte> mended)
    {
        mended.Write(json[..length]);
        return length;
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, last) in LastOf(value))
                {
                    writer.WritePropertyName(name);
                    Write(last, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static OrderedDictionary<string, JsonElement> LastOf(JsonElement value)
    {
        var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }
}

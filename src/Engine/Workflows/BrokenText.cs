using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Finds text in JSON that is none: an escaped half of a surrogate pair, or bytes that are no UTF-8. The parser lets both pass, and they
/// fail wherever they are read.
/// </summary>
internal static class BrokenText
{
    private const char Replacement = '\uFFFD';
    private const string NoUtf8 = "The text is not UTF-8.";

    /// <returns>The first such text with its place; <see langword="null"/> when there is none, or what comes before it is no
    /// JSON.</returns>
    public static Fault? Find(ReadOnlySpan<byte> utf8)
    {
        if (!MayBeBroken(utf8))
        {
            return null;
        }

        try
        {
            return Walk(utf8);
        }
        catch (JsonException)
        {
            return null; // The parser says what is wrong.
        }
    }

    // Emoji are pairs of such escapes in what many languages write, so this only says that a closer look is due.
    private static bool MayBeBroken(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return true;
        }

        while (utf8.IndexOf("\\u"u8) is >= 0 and var at)
        {
            utf8 = utf8[(at + 2)..];
            if (utf8 is [(byte)'d' or (byte)'D', (byte)'8' or (byte)'9' or (>= (byte)'a' and <= (byte)'f')
                or (>= (byte)'A' and <= (byte)'F'), ..])
            {
                return true;
            }
        }

        return false;
    }

    private static Fault? Walk(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = StrictJson.Deepest });
        var places = new List<Place>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    places[^1] = places[^1] with { Name = Read(reader.ValueSpan, reader.ValueIsEscaped, out var broken) };
                    if (broken is not null)
                    {
                        return new(FaultCode.InvalidInput, broken, PointerTo(places));
                    }

                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    places.RemoveAt(places.Count - 1);
                    break;
                default:
                    if (places is [.., { IsArray: true } array])
                    {
                        places[^1] = array with { Index = array.Index + 1 };
                    }

                    if (reader.TokenType is JsonTokenType.String && FaultOf(reader.ValueSpan, reader.ValueIsEscaped) is { } detail)
                    {
                        return new(FaultCode.InvalidInput, detail, PointerTo(places));
                    }

                    if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    {
                        places.Add(new(reader.TokenType is JsonTokenType.StartArray, -1, ""));
                    }

                    break;
            }
        }

        return null;
    }

    private static string? FaultOf(ReadOnlySpan<byte> text, bool isEscaped)
    {
        if (!isEscaped)
        {
            return Utf8.IsValid(text) ? null : NoUtf8;
        }

        Read(text, isEscaped, out var fault);
        return fault;
    }

    /// <summary>The text as it can be shown, with U+FFFD for what is broken in it.</summary>
    private static string Read(ReadOnlySpan<byte> text, bool isEscaped, out string? fault)
    {
        fault = Utf8.IsValid(text) ? null : NoUtf8;
        if (!isEscaped)
        {
            return Encoding.UTF8.GetString(text);
        }

        var read = new StringBuilder(text.Length);
        while (text.IndexOf((byte)'\\') is >= 0 and var at)
        {
            read.Append(Encoding.UTF8.GetString(text[..at]));
            var isCode = text[at + 1] == 'u';
            read.Append(isCode ? (char)ushort.Parse(text.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : Meant((char)text[at + 1]));
            text = text[(at + (isCode ? 6 : 2))..];
        }

        read.Append(Encoding.UTF8.GetString(text));
        return Repair(read, ref fault);
    }

    private static string Repair(StringBuilder text, ref string? fault)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                fault ??= $"The text has \\u{(int)text[i]:x4} in it, half of a surrogate pair, which is no character.";
                text[i] = Replacement;
            }
        }

        return text.ToString();
    }

    private static char Meant(char escaped) => escaped switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\b',
        'f' => '\f',
        _ => escaped, // A quote, a slash or a backslash.
    };

    private static string PointerTo(List<Place> places) =>
        JsonPointer.Of([.. places.Select(p => p.IsArray ? p.Index.ToString(CultureInfo.InvariantCulture) : p.Name)]);

    /// <summary>Where the reader is in one array or object.</summary>
    private readonly record struct Place(bool IsArray, int Index, string Name);
}

using System.Text.Json;

namespace ComfyFunc.Server.Media;

/// <summary>Takes members out of JSON text by writing spaces over them: nothing else of it changes, its length neither.</summary>
internal static class JsonBlanks
{
    /// <param name="goes">Of a member's name, at any depth.</param>
    /// <returns>Whether it is a JSON object.</returns>
    public static bool Blank(Span<byte> json, Func<string, bool> goes)
    {
        if (Find(json, goes) is not { } members)
        {
            return false;
        }

        foreach (var (start, end) in members)
        {
            json[start..end].Fill((byte)' ');
            var after = json[end..].IndexOfAnyExcept(" \t\r\n"u8);
            var before = json[..start].LastIndexOfAnyExcept(" \t\r\n"u8);
            if (after >= 0 && json[end + after] == ',')
            {
                json[end + after] = (byte)' ';
            }
            else if (before >= 0 && json[before] == ',')
            {
                json[before] = (byte)' ';
            }
        }

        return true;
    }

    private static List<(int Start, int End)>? Find(ReadOnlySpan<byte> json, Func<string, bool> goes)
    {
        var members = new List<(int, int)>();
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName && goes(reader.GetString() ?? ""))
                {
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    members.Add((start, (int)reader.BytesConsumed));
                }
            }

            return members;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // No JSON, or a name with half a surrogate pair in it.
        }
    }
}

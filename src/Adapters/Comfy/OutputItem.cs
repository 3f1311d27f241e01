using System.Text.Json;

namespace ComfyFunc.Comfy;

/// <summary>One thing that a node returned. Nothing is dropped: what is neither file nor text is kept as JSON.</summary>
public abstract record OutputItem(string Key)
{
    public static IEnumerable<OutputItem> ReadAll(JsonElement output)
    {
        if (output.ValueKind is not JsonValueKind.Object)
        {
            yield break;
        }

        var animated = output.TryGetProperty("animated", out var flags) && flags.ValueKind is JsonValueKind.Array && flags.EnumerateArray().Any(f => f.ValueKind is JsonValueKind.True);
        foreach (var member in output.EnumerateObject().Where(m => m.Name != "animated"))
        {
            foreach (var value in member.Value.ValueKind is JsonValueKind.Array ? member.Value.EnumerateArray().ToArray() : [member.Value])
            {
                if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
                {
                    yield return Read(member.Name, value, animated);
                }
            }
        }
    }

    private static OutputItem Read(string key, JsonElement value, bool animated) => value.ValueKind switch
    {
        JsonValueKind.String => new OutputText(value.GetString()!, key), // A string is never null.
        JsonValueKind.Object when Text(value, "filename") is { Length: > 0 } name => new OutputFile(name, Text(value, "subfolder") ?? "", Text(value, "type") ?? "output", key, animated),
        _ => new OutputJson(value.Clone(), key),
    };

    private static string? Text(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;
}

/// <summary>A file on the host.</summary>
/// <param name="Folder">input, temp or output.</param>
/// <param name="Key">The key under which the node listed it: images, audio, gifs…</param>
public sealed record OutputFile(string FileName, string Subfolder, string Folder, string Key, bool Animated) : OutputItem(Key);

/// <summary>A text.</summary>
public sealed record OutputText(string Text, string Key) : OutputItem(Key);

/// <summary>Anything else, as it came.</summary>
public sealed record OutputJson(JsonElement Value, string Key) : OutputItem(Key);

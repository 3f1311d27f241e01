using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>One thing that a node returned. Nothing is dropped: what is neither file nor text is kept as JSON.</summary>
public abstract record OutputItem(string Key)
{
    // The longest name that the file systems of ComfyUI's servers have.
    private const int LongestName = 255;

    public static IEnumerable<OutputItem> ReadAll(JsonElement output)
    {
        var animated = output.Member("animated").Items().Any(f => f.ValueKind is JsonValueKind.True);
        return from member in output.Members()
               where member.Name != "animated"
               from value in member.Value.ValueKind is JsonValueKind.Array ? member.Value.EnumerateArray()
               : (IEnumerable<JsonElement>)[member.Value]
               where value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
               select Read(member.Name, value, animated);
    }

    private static OutputItem Read(string key, JsonElement value, bool animated) =>
        value.Text() is { } text ? new OutputText(text, key)
        : value.Text("filename") is { } name && CanBeOpened(name, value.Text("subfolder") ?? "", value.Text("type") ?? "output")
            ? new OutputFile(name, value.Text("subfolder") ?? "", value.Text("type") ?? "output", key, animated)
        : new OutputJson(value, key);

    // ComfyUI opens nothing else: names of no file, with folders in them, or with characters that were lost on the way here.
    private static bool CanBeOpened(string name, string subfolder, string folder) =>
        name.Trim('.', ' ').Length > 0 && name.Length <= LongestName && !name.AsSpan().ContainsAny('/', '\\')
        && (folder is "output" or "temp" or "input")
        && !(name + subfolder).Any(c => c is '\uFFFD' || char.IsControl(c));
}

/// <summary>A file on the host.</summary>
/// <param name="Folder">input, temp or output.</param>
/// <param name="Key">The key under which the node listed it: images, audio, gifs…</param>
public sealed record OutputFile(string FileName, string Subfolder, string Folder, string Key, bool Animated) : OutputItem(Key);

/// <summary>A text.</summary>
public sealed record OutputText(string Text, string Key) : OutputItem(Key);

/// <summary>Anything else, as it came.</summary>
public sealed record OutputJson(JsonElement Value, string Key) : OutputItem(Key);

/// <summary>A picture that came over the socket and is nowhere on the host.</summary>
public sealed record OutputPicture(ReadOnlyMemory<byte> Content, string ContentType, string Key) : OutputItem(Key);

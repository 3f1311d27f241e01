using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Media;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Prompts;

/// <summary>
/// Binds what a caller sends for a file: an object of type file, a data URI, a URL, base64, the ref of an upload, the output of an earlier
/// run, the name of a file that the hosts have, or an array of images.
/// </summary>
internal static class FileBinder
{
    // Shorter text is more likely a mistyped name than a picture.
    private const int ShortestBareBase64 = 64;

    private static readonly string[] Members = ["url", "content"];

    /// <param name="loaders">The nodes that get the file, with the input that names it.</param>
    public static void Bind(ImmutableArray<(PromptNode Node, NodeInput Input)> loaders, JsonElement value, string pointer, BoundCall call)
    {
        if (value.ValueKind is JsonValueKind.String && loaders.Any(l => l.Input.Offers(value)))
        {
            BindName(loaders, value, pointer, call);
            return;
        }

        ImmutableArray<int> files = value.ValueKind is JsonValueKind.Array ? BindBatch(loaders, value, pointer, call)
            : [.. new[] { BindFile(loaders, value, pointer, call) }.OfType<int>()];
        if (!files.IsEmpty)
        {
            call.Assignments.AddRange(loaders.Select(l => new Assignment { Node = l.Node.Id, Input = l.Input.Name, Files = files }));
        }
    }

    /// <summary>Whether a value is a file beyond doubt, wherever it stands.</summary>
    // A string is never null.
    public static bool IsFile(JsonElement value) => value.ValueKind is JsonValueKind.String && value.GetString()!.Trim() is var text
        && (IsUrl(text) || (IsData(text) && text.Contains(',', StringComparison.Ordinal)) || OutputLink.IsMeant(text)
            || UploadRef.IsMeant(text));

    private static void BindName(ImmutableArray<(PromptNode Node, NodeInput Input)> loaders, JsonElement value,
        string pointer, BoundCall call)
    {
        foreach (var (node, input) in loaders)
        {
            if (input.Offers(value))
            {
                call.Assignments.Add(new() { Node = node.Id, Input = input.Name, Value = value });
            }
            else
            {
                call.Refuse(pointer, $"'{value.GetString()}' is no file that a host has for {node.Describe()}.");
            }
        }
    }

    private static ImmutableArray<int> BindBatch(ImmutableArray<(PromptNode Node, NodeInput Input)> loaders, JsonElement value,
        string pointer, BoundCall call)
    {
        var length = value.GetArrayLength();
        if (loaders.Any(l => l.Node.Class.Outputs is not ["IMAGE", ..]))
        {
            call.Refuse(pointer, "Only images can be sent as an array, which becomes a batch.");
            return [];
        }

        if (length == 0 || length > call.Limits.MaxBatch)
        {
            call.Refuse(pointer, $"An array of images has 1 to {call.Limits.MaxBatch} of them, not {length}.");
            return [];
        }

        var files = value.EnumerateArray().Select((v, i) => BindFile(loaders, v, JsonPointer.Under(pointer, $"{i}"), call)).ToArray();
        return files.Any(f => f is null) ? [] : [.. files.OfType<int>()];
    }

    private static int? BindFile(ImmutableArray<(PromptNode Node, NodeInput Input)> loaders, JsonElement value,
        string pointer, BoundCall call)
    {
        var (text, where, name) = value.ValueKind switch
        {
            JsonValueKind.String => (value.GetString()!, pointer, null), // A string is never null.
            JsonValueKind.Object => FromObject(value, pointer, call),
            _ => (null, pointer, null),
        };
        if (text is null)
        {
            if (value.ValueKind is not JsonValueKind.Object)
            {
                call.Refuse(pointer,
                    "A file is {\"type\":\"file\",\"content\":base64} or {\"type\":\"file\",\"url\":…}, a data URI, an http(s) URL, or "
                        + "base64.");
            }

            return null;
        }

        if (Read(text, where, isBare: value.ValueKind is JsonValueKind.String, loaders[0].Input, call) is not { } source)
        {
            return null;
        }

        var index = call.Files.Count;
        call.Files.Add(new(index, where, KindOf(loaders), source, name));
        return index;
    }

    // Where nodes of several kinds get it, it must be fit for the one that is strictest.
    private static string KindOf(ImmutableArray<(PromptNode Node, NodeInput Input)> loaders)
    {
        var kinds = loaders.Select(l => ContractBuilder.UploadOf(l.Node, l.Input) ?? MediaKind.File).ToArray();
        return kinds.FirstOrDefault(k => k is MediaKind.Image or MediaKind.Mask) ?? kinds[0];
    }

    // ComfyUI Fast API's own examples have url and content swapped; what they hold tells them apart. Typed clients send null for what is
    // not set.
    private static (string? Text, string Pointer, string? Name) FromObject(JsonElement value, string pointer, BoundCall call)
    {
        foreach (var property in value.EnumerateObject().Where(p => p.Name is not ("type" or "name" or "url" or "content")))
        {
            call.Refuse(JsonPointer.Under(pointer, property.Name), $"A file has type, name, and url or content; not '{property.Name}'.");
        }

        if (Member(value, "type") is { } type && (type.ValueKind is not JsonValueKind.String || !type.ValueEquals("file")))
        {
            call.Refuse(JsonPointer.Under(pointer, "type"), "The type of a file is \"file\".");
        }

        if (Member(value, "name") is { ValueKind: not JsonValueKind.String })
        {
            call.Refuse(JsonPointer.Under(pointer, "name"), "name is a string.");
        }

        var name = Member(value, "name") is { ValueKind: JsonValueKind.String } given ? given.GetString() : null;
        var members = Members.Where(m => Member(value, m) is not null).ToArray();
        if (members is [var member])
        {
            if (Member(value, member) is { ValueKind: JsonValueKind.String } text)
            {
                return (text.GetString(), JsonPointer.Under(pointer, member), name);
            }

            call.Refuse(JsonPointer.Under(pointer, member), $"{member} is a string.");
            return (null, pointer, name);
        }

        call.Refuse(pointer, members.Length == 0 ? "A file has either url or content." : "A file has url or content, not both.");
        return (null, pointer, name);
    }

    private static JsonElement? Member(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;

    private static FileSource? Read(string text, string pointer, bool isBare, NodeInput input, BoundCall call)
    {
        var trimmed = text.Trim();
        if (IsUrl(trimmed))
        {
            if (Uri.TryCreate(trimmed, UriKind.Absolute, out var address))
            {
                return new FileSource.Url(address);
            }

            call.Refuse(pointer, "The URL is malformed.");
            return null;
        }

        if (UploadRef.IsMeant(trimmed))
        {
            if (UploadRef.TryParse(trimmed, out var upload))
            {
                return new FileSource.Upload(upload.Value);
            }

            call.Refuse(pointer, "The ref of an upload is what POST /api/uploads answered.");
            return null;
        }

        if (OutputLink.IsMeant(trimmed))
        {
            if (OutputLink.Read(trimmed) is { } output)
            {
                return output;
            }

            call.Refuse(pointer, "An output of an earlier run is named run:{id}/{tag}/{n}, or by the link that the API gave.");
            return null;
        }

        var isData = IsData(trimmed);
        if (!isData && isBare && trimmed.Length < ShortestBareBase64)
        {
            call.Refuse(pointer,
                $"'{trimmed}' is no file that a host has, no URL, no data URI and no "
                    + $"base64.{(input.Options.IsEmpty ? "" : $" {Suggestion.List(input.Options.Select(o => o.ToString()), "files")}")}");
            return null;
        }

        return FromBase64(trimmed, isData, pointer, call);
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static bool IsData(string text) => text.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    private static FileSource.Bytes? FromBase64(string text, bool isData, string pointer, BoundCall call)
    {
        var comma = isData ? text.IndexOf(',', StringComparison.Ordinal) : -1;
        if (isData && (comma < 0 || !text.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase)))
        {
            call.Refuse(pointer, "The data URI is not of the form data:<type>;base64,<data>.");
            return null;
        }

        var contentType = comma > 0 ? text[5..comma].Split(';')[0] : null;
        var encoded = text.AsSpan(comma + 1);
        if ((long)encoded.Length / 4 * 3 > call.Limits.MaxFileBytes + 3)
        {
            call.Refuse(pointer, $"The file is larger than {call.Limits.MaxFileBytes} bytes.", FaultCode.InputTooLarge);
            return null;
        }

        var bytes = new byte[(encoded.Length / 4 * 3) + 3];
        if (Convert.TryFromBase64Chars(encoded, bytes, out var length) || Convert.TryFromBase64Chars(Padded(encoded), bytes, out length))
        {
            return new(bytes.AsMemory(0, length), string.IsNullOrEmpty(contentType) ? null : contentType);
        }

        call.Refuse(pointer, "The base64 is malformed.");
        return null;
    }

    // Base64url and left-out padding are common in what JavaScript clients send.
    private static string Padded(ReadOnlySpan<char> encoded)
    {
        var text = encoded.ToString().Replace('-', '+').Replace('_', '/').TrimEnd('=');
        return text.PadRight((text.Length + 3) / 4 * 4, '=');
    }
}

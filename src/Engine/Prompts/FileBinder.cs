using System.Text.Json;
using ComfyFunc.Workflows;

namespace ComfyFunc.Prompts;

/// <summary>Binds what a caller sends for an uploaded file: an object of type file, a data URI, a URL, base64, the ref of an upload, the name of a file that the host has, or an array of images.</summary>
internal static class FileBinder
{
    // Shorter text is more likely a mistyped name than a picture.
    private const int ShortestBareBase64 = 64;

    private static readonly string[] Members = ["url", "content"];

    public static Assignment? Bind(PromptNode node, NodeInput input, JsonElement value, string pointer, BoundCall call)
    {
        if (value.ValueKind is JsonValueKind.Array)
        {
            return BindBatch(node, input, value, pointer, call);
        }

        if (value.ValueKind is JsonValueKind.String && input.Offers(value))
        {
            return new() { Node = "", Input = input.Name, Value = value };
        }

        return BindFile(node, input, value, pointer, call) is { } index ? new() { Node = "", Input = input.Name, Files = [index] } : null;
    }

    private static Assignment? BindBatch(PromptNode node, NodeInput input, JsonElement value, string pointer, BoundCall call)
    {
        var length = value.GetArrayLength();
        if (node.Class.Outputs is not ["IMAGE", ..])
        {
            call.Refuse(pointer, "Only images can be sent as an array, which becomes a batch.");
            return null;
        }

        if (length == 0 || length > call.Limits.MaxBatch)
        {
            call.Refuse(pointer, $"An array of images has 1 to {call.Limits.MaxBatch} of them, not {length}.");
            return null;
        }

        var files = value.EnumerateArray().Select((v, i) => BindFile(node, input, v, JsonPointer.Under(pointer, $"{i}"), call)).ToArray();
        return files.Any(f => f is null) ? null : new() { Node = "", Input = input.Name, Files = [.. files.Select(f => f!.Value)] }; // None is null by now.
    }

    private static int? BindFile(PromptNode node, NodeInput input, JsonElement value, string pointer, BoundCall call)
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
                call.Refuse(pointer, "A file is {\"type\":\"file\",\"content\":base64} or {\"type\":\"file\",\"url\":…}, a data URI, an http(s) URL, or base64.");
            }

            return null;
        }

        if (Read(text, where, isBare: value.ValueKind is JsonValueKind.String, input, call) is not { } source)
        {
            return null;
        }

        var index = call.Files.Count;
        call.Files.Add(new(index, where, ContractBuilder.UploadOf(node, input) ?? "file", source, name));
        return index;
    }

    // ComfyUI Fast API's own examples have url and content swapped; what they hold tells them apart.
    private static (string? Text, string Pointer, string? Name) FromObject(JsonElement value, string pointer, BoundCall call)
    {
        foreach (var property in value.EnumerateObject().Where(p => p.Name is not ("type" or "name" or "url" or "content")))
        {
            call.Refuse(JsonPointer.Under(pointer, property.Name), $"A file has type, name, and url or content; not '{property.Name}'.");
        }

        if (value.TryGetProperty("type", out var type) && !type.ValueEquals("file"))
        {
            call.Refuse(JsonPointer.Under(pointer, "type"), "The type of a file is \"file\".");
        }

        var name = value.TryGetProperty("name", out var given) && given.ValueKind is JsonValueKind.String ? given.GetString() : null;
        var members = Members.Where(m => value.TryGetProperty(m, out _)).ToArray();
        if (members is [var member])
        {
            if (value.GetProperty(member).ValueKind is JsonValueKind.String)
            {
                return (value.GetProperty(member).GetString(), JsonPointer.Under(pointer, member), name);
            }

            call.Refuse(JsonPointer.Under(pointer, member), $"{member} is a string.");
            return (null, pointer, name);
        }

        call.Refuse(pointer, members.Length == 0 ? "A file has either url or content." : "A file has url or content, not both.");
        return (null, pointer, name);
    }

    private static FileSource? Read(string text, string pointer, bool isBare, NodeInput input, BoundCall call)
    {
        var trimmed = text.Trim();
        if (trimmed.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
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

        var isData = trimmed.StartsWith("data:", StringComparison.OrdinalIgnoreCase);
        if (!isData && isBare && trimmed.Length < ShortestBareBase64)
        {
            call.Refuse(pointer, $"'{trimmed}' is no file that a host has, no URL, no data URI and no base64.{(input.Options.IsEmpty ? "" : $" {Suggestion.List(input.Options.Select(o => o.ToString()), "files")}")}");
            return null;
        }

        return FromBase64(trimmed, isData, pointer, call);
    }

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
            call.Refuse(pointer, $"The file is larger than {call.Limits.MaxFileBytes} bytes.", "input_too_large");
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

using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Kit;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Server.Calls;

/// <summary>
/// What a run was called with, in a form that may be kept with it and shown: files are references, long texts are cut, passwords are left
/// out.
/// </summary>
/// <param name="Values">By tag, as the caller wrote them.</param>
/// <param name="AreCut">Whether not all is there.</param>
public sealed partial record GivenInputs(JsonObject Values, bool AreCut)
{
    /// <summary>Longer texts are cut, in characters.</summary>
    public const int LongestText = 4_000;

    /// <summary>In characters of JSON: it lies in the run's row, which is written at each step.</summary>
    public const int Largest = 8_000;

    // Where many texts are too much together, all of them are cut shorter.
    private static readonly int[] TextBounds = [LongestText, 1_000, 250, 60];

    // Shorter words may be anything.
    private const int ShortestBase64 = 256;

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_");

    /// <param name="body">The values, without what is no tag.</param>
    /// <param name="files">The files in it, by the index that the stored ones have.</param>
    public static GivenInputs Of(JsonElement body, ImmutableArray<CallFile> files, ImmutableArray<RunFile> stored)
    {
        var references = files.ToDictionary(f => f.Pointer, f => (File: f, Stored: stored[f.Index]), StringComparer.Ordinal);
        GivenInputs? shown = null;
        foreach (var longest in TextBounds)
        {
            var writer = new Writer(references, longest);
            shown = new((JsonObject)writer.Show(body, "", "")!, writer.HasCut); // The body of a call is an object.
            if (shown.Size <= Largest)
            {
                return shown;
            }
        }

        return new(AsMuchAsFits(shown!.Values), AreCut: true); // There is a bound at least.
    }

    private int Size => SizeOf(Values);

    private static int SizeOf(JsonNode? node) => node?.ToJsonString(ServerJson.Options).Length ?? "null".Length;

    private static JsonObject AsMuchAsFits(JsonObject all)
    {
        var kept = new JsonObject();
        var left = Largest - 2;
        foreach (var (tag, inputs) in all)
        {
            var some = inputs is JsonObject ? new JsonObject() : null;
            left -= tag.Length + 6;
            foreach (var (name, value) in inputs as JsonObject ?? [])
            {
                left -= name.Length + 4 + SizeOf(value);
                if (left >= 0)
                {
                    some![name] = value?.DeepClone(); // There are inputs to go through only if it is an object.
                }
            }

            left -= some is null ? SizeOf(inputs) : 0;
            if (left < 0 && some is null or { Count: 0 })
            {
                break;
            }

            kept[tag] = some ?? inputs?.DeepClone();
        }

        return kept;
    }

    [GeneratedRegex("api_?key|password|passwd|secret|access_?token|auth_?token|^token$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName { get; }

    private sealed class Writer(Dictionary<string, (CallFile File, RunFile Stored)> files, int longest)
    {
        public bool HasCut { get; private set; }

        public JsonNode? Show(JsonElement value, string pointer, string name) => value.ValueKind switch
        {
            JsonValueKind.Object when FileIn(pointer) is { } file => Reference(file),
            JsonValueKind.Object =>
                new JsonObject(value.EnumerateObject()
                    .Select(p => KeyValuePair.Create(p.Name, Show(p.Value, JsonPointer.Under(pointer, p.Name), p.Name)))),
            JsonValueKind.Array =>
                new JsonArray([.. value.EnumerateArray().Select((v, i) => Show(v, JsonPointer.Under(pointer, $"{i}"), name))]),
            JsonValueKind.String when files.TryGetValue(pointer, out var file) => Reference(file),
            JsonValueKind.String => ShowText(value.GetString()!, name), // A string is never null.
            _ => JsonNode.Parse(value.GetRawText()),
        };

        // A file that is written as an object is known by the member that holds it.
        private (CallFile File, RunFile Stored)? FileIn(string pointer) =>
            files.TryGetValue($"{pointer}/url", out var file) || files.TryGetValue($"{pointer}/content", out file) ? file : null;

        private JsonObject Reference((CallFile File, RunFile Stored) file)
        {
            var shown = new JsonObject { ["type"] = "file" };
            if (file.File.Name is { } name)
            {
                shown["name"] = Cut(name);
            }

            if (SourceOf(file.File.Source) is { } url)
            {
                shown["url"] = Cut(url);
            }

            shown["contentType"] = file.Stored.ContentType;
            shown["bytes"] = file.Stored.Bytes;
            return shown;
        }

        private static string? SourceOf(FileSource source) => source switch
        {
            FileSource.Url url => Bare(url.Address),
            FileSource.RunOutput output => $"run:{output.Run}/{output.Tag}/{output.Index}",
            _ => null,
        };

        // What follows a path is where signatures and keys are.
        private static string Bare(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

        // Nodes may take addresses and pictures as texts.
        private JsonNode ShowText(string text, string name)
        {
            var trimmed = text.AsSpan().Trim();
            if (SecretName.IsMatch(name) && text.Length > 0)
            {
                HasCut = true;
                return "(secret)";
            }

            if (trimmed.StartsWith("http", StringComparison.OrdinalIgnoreCase)
                && Uri.TryCreate(trimmed.ToString(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                && (url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0))
            {
                HasCut = true;
                return Cut(Bare(url));
            }

            var comma = trimmed.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? trimmed.IndexOf(',') : -1;
            if (comma > 0 || (trimmed.Length >= ShortestBase64 && !trimmed.ContainsAnyExcept(Base64)))
            {
                HasCut = true;
                return new JsonObject { ["type"] = "file", ["bytes"] = (trimmed.Length - comma - 1) / 4 * 3 };
            }

            return Cut(text);
        }

        private string Cut(string text)
        {
            if (text.Length <= longest)
            {
                return text;
            }

            HasCut = true;
            var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
            return $"{text[..end]}… ({text.Length} characters)";
        }
    }
}

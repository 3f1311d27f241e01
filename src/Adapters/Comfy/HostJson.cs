using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>
/// The one reader of what hosts say. ComfyUI is Python: it writes NaN, halves of surrogate pairs for file names that are no UTF-8, and keys
/// twice. All of it is mended before it is looked at, so that no text that is read can throw; what cannot be mended is a sentence about the
/// host.
/// </summary>
public abstract record HostJson
{
    private const int Deepest = 256;

    private HostJson() { }

    /// <param name="Root">Safe to read in every part.</param>
    /// <param name="Json">The same as plain RFC 8259 text, without a byte order mark.</param>
    public sealed record Readable(JsonElement Root, ReadOnlyMemory<byte> Json) : HostJson;

    /// <param name="Detail">One sentence about the host.</param>
    public sealed record Unreadable(string Detail) : HostJson;

    /// <param name="asked">What it answered, such as <c>/history</c>.</param>
    public static HostJson Read(ReadOnlyMemory<byte> answer, string asked)
    {
        var json = Repair(answer);
        var start = json.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            return new Unreadable($"It answered {asked} with nothing instead of JSON.");
        }

        if (json.Span[start] == '<')
        {
            return new Unreadable($"It answered {asked} with HTML instead of JSON: is that a ComfyUI, or a login page before it?");
        }

        try
        {
            return new Readable(JsonElement.Parse(json.Span, Options(allowTwice: false)), json);
        }
        catch (JsonException)
        {
            return ReadAllTheSame(json, asked);
        }
    }

    /// <summary>
    /// Mends what Python writes and JSON does not know: lone surrogates and bytes that are no UTF-8 become U+FFFD, NaN and the infinities
    /// null. Text that needs nothing is returned as it is.
    /// </summary>
    public static ReadOnlyMemory<byte> Repair(ReadOnlyMemory<byte> answer)
    {
        var text = answer.Span.StartsWith("\uFEFF"u8) ? answer[3..] : answer;
        return JsonRepair.IsNeeded(text.Span) ? JsonRepair.Of(text.Span) : text;
    }

    // Keys that come twice are allowed and rare: only what has failed is looked at again.
    private static HostJson ReadAllTheSame(ReadOnlyMemory<byte> json, string asked)
    {
        try
        {
            var single = JsonRepair.WithoutRepeatedKeys(JsonElement.Parse(json.Span, Options(allowTwice: true)));
            return new Readable(JsonElement.Parse(single.Span, Options(allowTwice: true)), single);
        }
        catch (JsonException e)
        {
            return new Unreadable(e.Message.Contains("maximum configured depth", StringComparison.Ordinal)
                ? $"It answered {asked} with JSON that is nested more than {Deepest} deep."
                : $"It answered {asked} with what is no JSON, or breaks off: something is wrong on "
                    + $"line {e.LineNumber + 1}, at byte {e.BytePositionInLine + 1} of it.");
        }
    }

    private static JsonDocumentOptions Options(bool allowTwice) => new() { MaxDepth = Deepest, AllowDuplicateProperties = allowTwice };
}

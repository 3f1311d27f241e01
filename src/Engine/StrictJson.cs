using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine;

/// <summary>
/// JSON as callers must write it: RFC 8259 to the letter, no duplicate keys, at most 64 levels, and every text is one that can be written
/// again. A byte order mark is tolerated.
/// </summary>
public abstract record StrictJson
{
    internal const int Deepest = 64;

    private StrictJson() { }

    public sealed record Parsed(JsonElement Root) : StrictJson;

    public sealed record Malformed(Fault Fault) : StrictJson;

    public static StrictJson Parse(ReadOnlyMemory<byte> utf8)
    {
        var text = utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        if (text.IsEmpty)
        {
            return Refuse("The body is empty; a JSON object was expected.");
        }

        if (BrokenText.Find(text.Span) is { } broken)
        {
            return new Malformed(broken);
        }

        try
        {
            return new Parsed(
                JsonElement.Parse(text.Span, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Deepest }));
        }
        catch (JsonException)
        {
            return Refuse(ComplaintOf(text.Span));
        }
    }

    private static string ComplaintOf(ReadOnlySpan<byte> text)
    {
        try
        {
            JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = true, MaxDepth = Deepest });
            return "An object has the same key twice.";
        }
        catch (JsonException e)
        {
            return e.LineNumber is { } line
                ? $"The body is no JSON: something is wrong on line {line + 1}, at byte {e.BytePositionInLine + 1} of it."
                : "The body is no JSON.";
        }
    }

    private static Malformed Refuse(string detail) => new(new(FaultCode.InvalidInput, detail, ""));
}

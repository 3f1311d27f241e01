using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;

namespace ComfyFunc.Server.Media;

/// <summary>
/// Reads what somebody sends to be saved or converted, whatever it is: JSON, or a picture, film or sound that ComfyUI saved.
/// </summary>
/// <param name="Document">What is in it; its pointers into a file are <c>/workflow</c> and <c>/prompt</c>.</param>
/// <param name="Format">What the file's format is called; <see langword="null"/> for JSON.</param>
/// <param name="Fault">Why there is no document.</param>
public sealed record SavedBody(SavedDocument? Document, string? Format, Fault? Fault)
{
    private const string WorkflowPointer = "/workflow";
    private const string PromptPointer = "/prompt";

    private static ReadOnlySpan<byte> BeforeJson => [0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n'];

    public static SavedBody Read(ReadOnlyMemory<byte> content) => SavedFile.Read(content) switch
    {
        SavedFile.Found found => OfFile(found),
        SavedFile.Nothing nothing => Refused(nothing.Format,
            $"This {nothing.Format} file has neither a graph nor a prompt in its metadata: whoever made it took them out, or it was not "
            + "saved by ComfyUI."),
        SavedFile.Broken broken => Refused(broken.Format, $"This {broken.Format} file is broken: it {broken.What}, at byte {broken.At}."),
        _ => OfJson(content),
    };

    private static SavedBody OfFile(SavedFile.Found found)
    {
        var (graph, graphFault) = Parse(found.Workflow, WorkflowPointer, found.Format);
        var (prompt, promptFault) = Parse(found.Prompt, PromptPointer, found.Format);
        return (graphFault ?? promptFault) is { } fault ? new(null, found.Format, fault)
            : new(new(graph, WorkflowPointer, prompt, PromptPointer, null), found.Format, null);
    }

    private static (JsonElement? Parsed, Fault? Fault) Parse(string? text, string pointer, string format) =>
        text is null ? (null, null) : StrictJson.Parse(Encoding.UTF8.GetBytes(text)) switch
        {
            StrictJson.Parsed parsed => (parsed.Root, null),
            StrictJson.Malformed malformed =>
                (null, new(FaultCode.InvalidWorkflow, $"What this {format} file has as {pointer[1..]} is no JSON: {malformed.Fault.Detail}",
                    pointer)),
            _ => throw new UnreachableException(),
        };

    private static SavedBody OfJson(ReadOnlyMemory<byte> content)
    {
        if (!LooksLikeJson(content.Span) && !Utf8.IsValid(content.Span))
        {
            return Refused(null, "This is neither JSON nor a file of a format that ComfyUI puts graphs into.");
        }

        var (document, fault) = StrictJson.Parse(content) switch
        {
            StrictJson.Parsed parsed => SavedDocument.Read(parsed.Root),
            StrictJson.Malformed malformed => (null, malformed.Fault with { Code = FaultCode.InvalidRequest }),
            _ => throw new UnreachableException(),
        };
        return new(document, null, fault);
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> content) =>
        content.TrimStart(BeforeJson) is var text
        && (text.StartsWith("{"u8) || text.StartsWith("["u8));

    private static SavedBody Refused(string? format, string detail) => new(null, format, new(FaultCode.InvalidWorkflow, detail, ""));
}

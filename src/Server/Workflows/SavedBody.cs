using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Media;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Workflows;

/// <summary>
/// A body that says what a workflow is: JSON, or a file that ComfyUI wrote. What such a file holds is read as the JSON
/// <c>{"workflow":…,"prompt":…}</c>, and pointers lead into that.
/// </summary>
public abstract record SavedBody
{
    private SavedBody() { }

    public static ApiBody Taken { get; } = new(Shape.Object, BodyKind.JsonOrFile)
    {
        Description = "A graph as ComfyUI saves it, a prompt as it exports it (API format), both ({\"workflow\":…,\"prompt\":…}), or a file that "
            + "ComfyUI wrote: a picture, a film, a sound, a latent.",
    };

    public sealed record Read(JsonElement Root) : SavedBody;

    public sealed record Refused(Fault Fault) : SavedBody;

    public static async Task<SavedBody> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken) =>
        await RequestBody.ReadAsync(request, maxBytes, cancellationToken) is not { } body
            ? new Refused(new(FaultCode.InputTooLarge, $"The body is larger than {maxBytes} bytes."))
            : SavedFile.Read(body) switch
            {
                SavedFile.Unknown => OfJson(body),
                SavedFile.Found found => OfFile(found),
                SavedFile.Nothing { Format: var format } => Refuse(
                    $"The {format} file holds neither a workflow nor a prompt. ComfyUI writes them into what it saves, unless it is started with "
                        + "--disable-metadata; editors and messengers take them out."),
                SavedFile.Broken broken => Refuse($"The {broken.Format} file {broken.What.TrimEnd('.')} (byte {broken.At})."),
                _ => throw new UnreachableException(),
            };

    private static SavedBody OfJson(ReadOnlyMemory<byte> body) => StrictJson.Parse(body) switch
    {
        StrictJson.Malformed malformed => new Refused(malformed.Fault with { Code = FaultCode.InvalidRequest }),
        StrictJson.Parsed { Root: var root } => new Read(root),
        _ => throw new UnreachableException(),
    };

    private static SavedBody OfFile(SavedFile.Found found)
    {
        var held = new JsonObject();
        foreach (var (name, text) in new[] { ("workflow", found.Workflow), ("prompt", found.Prompt) })
        {
            switch (text is null ? null : StrictJson.Parse(Encoding.UTF8.GetBytes(text)))
            {
                case StrictJson.Malformed malformed:
                    return Refuse($"The {name} in the {found.Format} file is no JSON: {malformed.Fault.Detail}");
                case StrictJson.Parsed { Root: var root }:
                    held[name] = JsonNode.Parse(root.GetRawText());
                    break;
            }
        }

        return new Read(JsonSerializer.SerializeToElement(held));
    }

    private static Refused Refuse(string detail) => new(new Fault(FaultCode.InvalidWorkflow, detail));
}

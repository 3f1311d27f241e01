using System.Diagnostics;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Server.Http;
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
            : OfJson(body);

    private static SavedBody OfJson(ReadOnlyMemory<byte> body) => StrictJson.Parse(body) switch
    {
        StrictJson.Malformed malformed => new Refused(malformed.Fault with { Code = FaultCode.InvalidRequest }),
        StrictJson.Parsed { Root: var root } => new Read(root),
        _ => throw new UnreachableException(),
    };
}

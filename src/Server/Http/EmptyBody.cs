using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine;
using Microsoft.AspNetCore.Http;

namespace ComfyFunc.Server.Http;

/// <summary>The body of a request that takes none: nothing, or an empty object, as some clients always send one.</summary>
internal static class EmptyBody
{
    private const int Longest = 64 << 10;

    public static async Task<IResult?> RefusalAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return null; // RFC 9110, section 9.3.1: it means nothing there.
        }

        if (await RequestBody.ReadAsync(request, Longest, cancellationToken) is not { } body)
        {
            return Problems.From(FaultCode.InputTooLarge, "This takes no body.");
        }

        if (body.IsEmpty)
        {
            return null;
        }

        return StrictJson.Parse(body) switch
        {
            StrictJson.Malformed malformed => Problems.From(malformed.Fault with { Code = FaultCode.InvalidRequest }),
            StrictJson.Parsed { Root.ValueKind: JsonValueKind.Null } => null,
            StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root } =>
                Refuse([.. BodyMembers.Unknown(root, "This takes no body", [])]),
            _ => Problems.From(FaultCode.InvalidRequest, "This takes no body.", ""),
        };
    }

    private static IResult? Refuse(ImmutableArray<Fault> faults) => faults.IsEmpty ? null : Problems.From(faults);
}

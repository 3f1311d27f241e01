using System.Text;
using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Secrets;

namespace ComfyFunc.Server.Calls;

/// <summary>Reads what a caller wants kept with a run: a JSON object, said in the query or as a member of the body.</summary>
internal static class MetadataReader
{
    public const string Member = "metadata";

    /// <summary>In characters.</summary>
    public const int Longest = 4096;

    private static readonly Fault Unfit =
        new(FaultCode.InvalidRequest, $"metadata is a JSON object of at most {Longest} characters.", $"/{Member}");

    /// <summary>Reads what the query says.</summary>
    public static (JsonElement? Given, Fault? Fault) Read(string? text)
    {
        if (text is null)
        {
            return (null, null);
        }

        return text.Length > Longest ? (null, Unfit) : StrictJson.Parse(Encoding.UTF8.GetBytes(text)) switch
        {
            StrictJson.Parsed { Root: { ValueKind: JsonValueKind.Object } root } => (root, null),
            StrictJson.Malformed { Fault: { Pointer.Length: > 0 } broken } =>
                (null, new(FaultCode.InvalidRequest, broken.Detail, $"/{Member}{broken.Pointer}")),
            _ => (null, Unfit),
        };
    }

    /// <summary>Takes it out of a call's body, where it is one unless a tag has its name.</summary>
    public static BodyMetadata Split(JsonElement body, Contract contract)
    {
        if (body.ValueKind is not JsonValueKind.Object || !body.TryGetProperty(Member, out var given)
            || contract.Tags.Any(t => t.Name.Equals(Member, StringComparison.OrdinalIgnoreCase)))
        {
            return new(body);
        }

        var rest = ExtraDataReader.Without(body, Member);
        return given.ValueKind is JsonValueKind.Null ? new(rest)
            : given.ValueKind is JsonValueKind.Object && given.GetRawText().Length <= Longest
            ? new(rest, JsonElement.Parse(given.GetRawText()))
            : new(rest, Fault: Unfit);
    }

    /// <summary>What was said in one place or the other. Two places may not say different things.</summary>
    public static (JsonElement? Given, Fault? Fault) Either(JsonElement? inQuery, JsonElement? inBody) =>
        inQuery is { } query && inBody is { } body && !JsonElement.DeepEquals(query, body)
            ? (null, new(FaultCode.InvalidRequest, "The query and the body give different metadata: say it in one place.", $"/{Member}"))
            : (inBody ?? inQuery, null);
}

/// <summary>A body without its metadata, and that.</summary>
internal sealed record BodyMetadata(JsonElement Rest, JsonElement? Given = null, Fault? Fault = null);

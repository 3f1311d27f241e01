using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Secrets;

/// <summary>
/// Reads what hosts are given beside the prompt (<c>extra_data</c>): keys that partner nodes want, for instance. It is taken out of calls
/// and documents before anything else sees them.
/// </summary>
internal static class ExtraDataReader
{
    public const string Member = "extra_data";

    private const int LongestBytes = 16 << 10;

    /// <summary>Takes it out of a call's body, where it is one unless a tag has its name.</summary>
    public static Extra Split(JsonElement body, Contract contract)
    {
        if (body.ValueKind is not JsonValueKind.Object || !body.TryGetProperty(Member, out var given)
            || contract.Tags.Any(t => t.Name.Equals(Member, StringComparison.OrdinalIgnoreCase)))
        {
            return new(body);
        }

        return Fault(given, FaultCode.InvalidInput) is { } fault ? new(body, Fault: fault)
            : new(Without(body), given.ValueKind is JsonValueKind.Null ? null : given.GetRawText());
    }

    /// <summary>
    /// Finds it beside the prompt of a saved document. What the editor keeps there for pictures is no part of the workflow.
    /// </summary>
    /// <param name="envelope">What lies around the prompt and the graph; <see langword="null"/> when nothing does.</param>
    public static Extra OfDocument(JsonElement? envelope)
    {
        if (envelope is not { } document || !document.TryGetProperty(Member, out var given))
        {
            return new(default);
        }

        var kept = given.ValueKind is JsonValueKind.Object ? Without(given, "extra_pnginfo") : given;
        return Fault(kept, FaultCode.InvalidWorkflow) is { } fault ? new(document, Fault: fault)
            : new(document, kept.ValueKind is JsonValueKind.Null || !kept.EnumerateObject().Any() ? null : kept.GetRawText());
    }

    /// <summary>Both together; where both have a member, the second's.</summary>
    public static string? Merge(string? under, string? over)
    {
        if (under is null || over is null)
        {
            return over ?? under;
        }

        var merged = JsonNode.Parse(under)!.AsObject(); // Both were read as objects.
        foreach (var (name, value) in JsonNode.Parse(over)!.AsObject())
        {
            merged[name] = value?.DeepClone();
        }

        return merged.ToJsonString();
    }

    private static Fault? Fault(JsonElement given, FaultCode code) =>
        given.ValueKind is JsonValueKind.Null ? null
        : given.ValueKind is not JsonValueKind.Object
        ? new(code, "extra_data is an object that hosts are given beside the prompt, such as {\"api_key_comfy_org\":\"…\"}.", $"/{Member}")
        : given.TryGetProperty("client_id", out _)
        ? new(code, "client_id would take the run's events away: leave it out.", $"/{Member}/client_id")
        : Encoding.UTF8.GetByteCount(given.GetRawText()) > LongestBytes
        ? new(code, $"extra_data is larger than {LongestBytes} bytes.", $"/{Member}")
        : null;

    internal static JsonElement Without(JsonElement value, string member = Member)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var property in value.EnumerateObject().Where(p => p.Name != member))
        {
            property.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}

/// <summary>A body without its extra data, and that; secret.</summary>
/// <param name="Given">A JSON object.</param>
internal sealed record Extra(JsonElement Rest, string? Given = null, Fault? Fault = null);

using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Reads members of what a host said, whatever kind they turn out to be of.</summary>
internal static class HostFields
{
    /// <summary>The member of an object; nothing (of kind Undefined) where there is none.</summary>
    public static JsonElement Member(this JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(this JsonElement value, string name) => value.Member(name).Text();

    public static string? Text(this JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>A finite number; <see langword="null"/> for everything else, a number that no double holds included.</summary>
    public static double? Number(this JsonElement value, string name) => value.Member(name).Number();

    public static double? Number(this JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A whole number of bytes, which newer servers write as a float.</summary>
    public static long? Bytes(this JsonElement value, string name) =>
        value.Number(name) is { } bytes and >= 0 and < long.MaxValue ? (long)bytes : null;

    public static IEnumerable<JsonElement> Items(this JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Members(this JsonElement value) =>
        value.ValueKind is JsonValueKind.Object ? value.EnumerateObject() : [];
}

using System.Text.Json;

namespace ComfyFunc.Client;

/// <summary>Reads documents of which a later release may show more, and an earlier one less.</summary>
internal static class JsonReading
{
    public static JsonElement? Member(this JsonElement? document, string name) =>
        document is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var member)
        && member.ValueKind is not JsonValueKind.Null ? member : null;

    public static JsonElement? Member(this JsonElement document, string name) => Member((JsonElement?)document, name);

    public static string? Text(this JsonElement? document, string name) =>
        document.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static string? Text(this JsonElement document, string name) => Text((JsonElement?)document, name);

    public static long? Long(this JsonElement document, string name) =>
        document.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    public static int? Int(this JsonElement document, string name) => (int?)document.Long(name);

    public static double? Double(this JsonElement document, string name) =>
        document.Member(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    public static DateTimeOffset? Time(this JsonElement document, string name) =>
        document.Member(name) is { ValueKind: JsonValueKind.String } time && time.TryGetDateTimeOffset(out var value) ? value : null;

    public static bool? Boolean(this JsonElement document, string name) =>
        document.Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } said ? said.GetBoolean() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement? document, string name) =>
        document.Member(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    public static IEnumerable<JsonElement> Items(this JsonElement document, string name) => Items((JsonElement?)document, name);
}

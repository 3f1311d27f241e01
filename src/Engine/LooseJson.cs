using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ComfyFunc.Engine;

/// <summary>Reads JSON that may be anything: what is not as expected is not there.</summary>
internal static class LooseJson
{
    public static JsonElement Null { get; } = JsonElement.Parse("null");

    public static JsonElement Zero { get; } = JsonElement.Parse("0");

    public static JsonElement False { get; } = JsonElement.Parse("false");

    public static JsonElement EmptyText { get; } = JsonElement.Parse("\"\"");

    public static JsonElement EmptyArray { get; } = JsonElement.Parse("[]");

    public static JsonElement Member(this JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.Object && value.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(this JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    public static string? Text(this JsonElement value, string name) => value.Member(name).Text();

    /// <summary>An id: a number or a text. ComfyUI's own are numbers.</summary>
    public static string? Id(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    public static int? Int(this JsonElement value) =>
        value.ValueKind is JsonValueKind.Number ? value.TryGetInt32(out var number) ? number : null
        : value.ValueKind is JsonValueKind.String && int.TryParse(value.GetString(), out var text) ? text : null;

    public static bool Is(this JsonElement value) => value.ValueKind is JsonValueKind.True;

    public static JsonElement.ArrayEnumerator Items(this JsonElement value) =>
        value.ValueKind is JsonValueKind.Array ? value.EnumerateArray() : default;

    public static bool IsThere(this JsonElement value) => value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static JsonElement Of(string value) => JsonSerializer.SerializeToElement(value);

    public static JsonElement Of(int value) => JsonSerializer.SerializeToElement(value);

    public static bool TryText(this JsonElement value, [NotNullWhen(true)] out string? text) => (text = value.Text()) is not null;
}

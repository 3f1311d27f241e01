using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Tells which literals of a prompt a host may have to know.</summary>
internal static class PromptLiterals
{
    private const int Longest = 260;
    private const int Deepest = 8;

    /// <summary>
    /// Whether the literal is a text that some host may have in a combo. Prose is none, nor are files that were staged for the run.
    /// </summary>
    public static bool IsCandidate(PromptNode node, PromptInput input) =>
        input is { Link: null, Value.ValueKind: JsonValueKind.String }
        && node.Class.Find(input.Name) is not { ValueType: InputType.String, IsMultiline: true }
        && input.Value.GetString() is { Length: > 0 and <= Longest } text && !text.Contains('\n', StringComparison.Ordinal)
        && !Spelling.Normal(text).StartsWith(CatalogCleaning.StagingFolder, StringComparison.Ordinal);

    /// <summary>Whether the literal names a model file that the node loads.</summary>
    public static bool IsModel(PromptNode node, PromptInput input) =>
        // A candidate is a string.
        IsCandidate(node, input) && node.Class.Find(input.Name) is not { Upload: not null } && FileNames.IsModel(input.Value.GetString()!);

    /// <summary>
    /// The model files within an object or an array, as loaders of many LoRAs have them; what is switched off is not loaded.
    /// </summary>
    public static IEnumerable<string> FilesWithin(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Within(value, Deepest) : [];

    private static IEnumerable<string> Within(JsonElement value, int depth) => value.ValueKind switch
    {
        JsonValueKind.String when FileNames.IsModel(value.GetString()!) => [value.GetString()!], // A string is never null.
        JsonValueKind.Array when depth > 0 => value.EnumerateArray().SelectMany(v => Within(v, depth - 1)),
        JsonValueKind.Object when depth > 0 && !IsOff(value) => value.EnumerateObject().SelectMany(p => Within(p.Value, depth - 1)),
        _ => [],
    };

    private static bool IsOff(JsonElement value) => value.TryGetProperty("on", out var on) && on.ValueKind is JsonValueKind.False;
}

using System.Text.Json;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>The nodes of a prompt without their ids: two prompts of one shape differ in the names of their nodes alone.</summary>
internal static class PromptShape
{
    private const int Deepest = 64;

    public static string[] Of(JsonElement prompt)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. prompt.EnumerateObject().Select(n => OfNode(n.Name, prompt, known, Deepest)).Order(StringComparer.Ordinal)];
    }

    private static string OfNode(string id, JsonElement prompt, Dictionary<string, string> known, int depth)
    {
        if (known.TryGetValue(id, out var shape) || depth == 0 || !prompt.TryGetProperty(id, out var node))
        {
            return shape ?? "?";
        }

        var inputs = node.GetProperty("inputs").EnumerateObject().OrderBy(i => i.Name, StringComparer.Ordinal)
            .Select(i => $"{i.Name}={OfValue(i.Value, prompt, known, depth)}");
        return known[id] = $"{(node.TryGetProperty("class_type", out var type) ? type : default)}({string.Join(',', inputs)})";
    }

    private static string OfValue(JsonElement value, JsonElement prompt, Dictionary<string, string> known, int depth) =>
        value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 2 && value[0].ValueKind is JsonValueKind.String
            ? $"{OfNode(value[0].GetString()!, prompt, known, depth - 1)}#{value[1]}"
        : value.ValueKind is JsonValueKind.Number ? $"{value.GetDouble()}" : value.GetRawText();
}

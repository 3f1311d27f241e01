using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>Says where two prompts differ, but for what makes none: the order of nodes, and keys of buttons.</summary>
internal static class PromptComparison
{
    /// <summary>What the browser sends of upload buttons.</summary>
    private static readonly HashSet<string> Buttons = ["upload", "choose file to upload"];

    /// <param name="catalog">Where it is given, it is newer than <paramref name="theirs"/>: inputs that only <paramref name="ours"/> has
    /// are no difference if they hold its default, nor are titles that classes have got since.</param>
    public static IEnumerable<(string Node, string? Input, string Detail)> Differences(JsonElement ours, JsonElement theirs,
        NodeCatalog? catalog = null)
    {
        foreach (var node in theirs.EnumerateObject().Where(n => !ours.TryGetProperty(n.Name, out _)))
        {
            yield return (node.Name, null, "is missing");
        }

        foreach (var node in ours.EnumerateObject())
        {
            if (!theirs.TryGetProperty(node.Name, out var their))
            {
                yield return (node.Name, null, "is too much");
                continue;
            }

            foreach (var difference in OfNode(node.Name, node.Value, their, catalog))
            {
                yield return difference;
            }
        }
    }

    private static IEnumerable<(string Node, string? Input, string Detail)> OfNode(string id, JsonElement ours, JsonElement theirs,
        NodeCatalog? catalog)
    {
        var name = ours.GetProperty("class_type").GetString()!;
        if (!theirs.TryGetProperty("class_type", out var theirClass) || theirClass.GetString() != name)
        {
            yield return (id, null, $"is a {name}, not a {theirClass}");
        }

        if (theirs.TryGetProperty("_meta", out var meta) && meta.TryGetProperty("title", out var title)
            && title.GetString() != ours.GetProperty("_meta").GetProperty("title").GetString()
            && !(catalog is not null && title.GetString() == name))
        {
            yield return (id, "_meta", $"{ours.GetProperty("_meta")} for {meta}");
        }

        var (own, their) = (ours.GetProperty("inputs"), theirs.GetProperty("inputs"));
        foreach (var input in their.EnumerateObject().Where(i => !Buttons.Contains(i.Name) && !own.TryGetProperty(i.Name, out _)))
        {
            yield return (id, input.Name, $"is missing: {input.Value}");
        }

        foreach (var input in own.EnumerateObject())
        {
            if (!their.TryGetProperty(input.Name, out var value))
            {
                if (catalog?.Find(name)?.Find(input.Name) is not { } known || !IsDefault(known, input.Value))
                {
                    yield return (id, input.Name, $"is too much: {input.Value}");
                }
            }
            else if (!JsonElement.DeepEquals(input.Value, value))
            {
                yield return (id, input.Name, $"{input.Value} for {value}");
            }
        }
    }

    private static bool IsDefault(NodeInput input, JsonElement value) =>
        input.Default is { } given ? JsonElement.DeepEquals(given, value)
        : input.Options.IsEmpty ? value.ValueKind is JsonValueKind.Number or JsonValueKind.String or JsonValueKind.False
        : JsonElement.DeepEquals(input.Options[0], value);
}

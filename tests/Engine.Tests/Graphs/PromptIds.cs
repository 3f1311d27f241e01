using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>Gives the nodes of one prompt the ids that the same nodes have in another: group nodes got new ids over the years.</summary>
internal static class PromptIds
{
    public static JsonElement Renamed(JsonElement theirs, JsonElement ours)
    {
        var free = ours.EnumerateObject().Where(n => !theirs.TryGetProperty(n.Name, out _)).ToList();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var node in theirs.EnumerateObject().Where(n => !ours.TryGetProperty(n.Name, out _)))
        {
            var same = free.Where(f => ClassOf(f.Value) == ClassOf(node.Value)).OrderByDescending(f =>
                Alike(f.Value, node.Value)).ToArray();
            if (same.Length > 0)
            {
                names[node.Name] = same[0].Name;
                free.Remove(same[0]);
            }
        }

        var renamed = new JsonObject();
        foreach (var node in theirs.EnumerateObject())
        {
            var copy = JsonNode.Parse(node.Value.GetRawText())!.AsObject();
            foreach (var (_, value) in copy["inputs"]!.AsObject())
            {
                if (value is JsonArray { Count: 2 } link && link[0]?.GetValueKind() is JsonValueKind.String
                    && names.TryGetValue(link[0]!.GetValue<string>(), out var name))
                {
                    link[0] = name;
                }
            }

            renamed[names.GetValueOrDefault(node.Name, node.Name)] = copy;
        }

        return JsonSerializer.SerializeToElement(renamed);
    }

    private static string? ClassOf(JsonElement node) => node.TryGetProperty("class_type", out var type) ? type.GetString() : null;

    private static int Alike(JsonElement one, JsonElement other) => one.GetProperty("inputs").EnumerateObject()
        .Count(i => other.GetProperty("inputs").TryGetProperty(i.Name, out var value) && JsonElement.DeepEquals(i.Value, value));
}

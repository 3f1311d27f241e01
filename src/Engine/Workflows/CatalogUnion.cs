using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Workflows;

/// <summary>Merges what two servers say of one node class: the first one's word, with the second one's combo options added.</summary>
internal static class CatalogUnion
{
    public static NodeClass Of(NodeClass first, NodeClass second)
    {
        if (JsonElement.DeepEquals(first.Source, second.Source))
        {
            return first;
        }

        var merged = JsonNode.Parse(first.Source.GetRawText())!; // An object is never null.
        foreach (var group in new[] { "required", "optional" })
        {
            if (merged["input"]?[group] is not JsonObject inputs)
            {
                continue;
            }

            foreach (var (name, spec) in inputs)
            {
                if (spec is JsonArray array && second.Find(name) is { Type: NodeInput.Combo } other)
                {
                    AddOptions(array, other);
                }
            }
        }

        return NodeClass.Read(first.Name, JsonElement.Parse(merged.ToJsonString()));
    }

    private static void AddOptions(JsonArray spec, NodeInput other)
    {
        if ((spec is [JsonArray listed, ..] ? listed : spec is [_, JsonObject extra, ..] ? extra["options"] as JsonArray : null) is not { } options)
        {
            return;
        }

        foreach (var option in other.Options.Select(o => JsonNode.Parse(o.GetRawText())))
        {
            if (!options.Any(o => JsonNode.DeepEquals(o, option)))
            {
                options.Add(option);
            }
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Takes out of a class's combos what must not count: files that were staged for runs, which would make every run a new catalog,
/// and names that no text can carry.
/// </summary>
internal static class CatalogCleaning
{
    /// <summary>The folder that staged files lie in.</summary>
    public const string StagingFolder = "comfyfunc/";

    private const string Unreadable = "\uFFFD";

    private static readonly string[] Signs = ["comfyfunc", Unreadable, "\\ufffd"];

    public static JsonElement Of(string name, JsonElement nodeClass)
    {
        var text = nodeClass.GetRawText();
        if (!Signs.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase)))
        {
            return nodeClass;
        }

        var copy = JsonNode.Parse(text);
        Clean(name, (copy as JsonObject)?["input"] as JsonObject, nodeClass.Member("input"));
        return JsonElement.Parse(copy!.ToJsonString()); // The text of an object is an object.
    }

    private static void Clean(string nodeClass, JsonObject? groups, JsonElement original)
    {
        foreach (var group in new[] { "required", "optional" })
        {
            if (groups?[group] is not JsonObject specs)
            {
                continue;
            }

            foreach (var (input, spec) in specs)
            {
                var source = original.Member(group).Member(input);
                if (spec is not null && CatalogUnion.RawType(spec) is NodeLayout.DynamicCombo)
                {
                    foreach (var (choice, its) in (OptionsOf(spec) ?? []).Zip(source[1].Member("options").Items()))
                    {
                        Clean(nodeClass, (choice as JsonObject)?["inputs"] as JsonObject, its.Member("inputs"));
                    }
                }

                var isUpload = NodeInput.Read(nodeClass, input, source, isRequired: true).Upload is not null;
                OptionsOf(spec)?.RemoveAll(o => IsNone(o, isUpload));
            }
        }
    }

    /// <summary>The list of a combo's specification, in the old style or the new.</summary>
    private static JsonArray? OptionsOf(JsonNode? spec) =>
        (spec as JsonArray) is [JsonArray listed, ..] ? listed : (spec as JsonArray) is [_, JsonObject extra, ..]
        ? extra["options"] as JsonArray : null;

    private static bool IsNone(JsonNode? option, bool isUpload) =>
        option is JsonValue value && value.TryGetValue(out string? name)
        && (name.Contains(Unreadable, StringComparison.Ordinal)
            || (isUpload && Spelling.Normal(name).StartsWith(StagingFolder, StringComparison.Ordinal)));
}

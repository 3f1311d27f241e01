using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Merges what two servers say of an input whose choices, links or number decide over others.</summary>
internal static class DynamicSpecs
{
    /// <summary>What either takes; <see langword="null"/> where neither says it so.</summary>
    public static JsonNode? Merged(string nodeClass, string name, JsonNode one, JsonNode other) =>
        (CatalogUnion.RawType(one), CatalogUnion.RawType(other)) switch
        {
            (NodeLayout.DynamicCombo, NodeLayout.DynamicCombo) => With(NodeLayout.DynamicCombo, one, other, "options",
                Choices(nodeClass, name, one, other)),
            // A server of another age may have a plain combo there, whose options bring nothing.
            (NodeLayout.DynamicCombo, InputType.Combo) or (InputType.Combo, NodeLayout.DynamicCombo) =>
                With(NodeLayout.DynamicCombo, one, other, "options", Choices(nodeClass, name, AsChoices(one), AsChoices(other))),
            (NodeLayout.Autogrow, NodeLayout.Autogrow) => With(NodeLayout.Autogrow, one, other, "template",
                Group(nodeClass, name, Template(one), Template(other))),
            (NodeLayout.MatchingType, NodeLayout.MatchingType) => With(NodeLayout.MatchingType, one, other, "template",
                Match(Template(one), Template(other))),
            _ => null,
        };

    private static JsonArray With(string type, JsonNode one, JsonNode other, string member, JsonNode? value)
    {
        var extra = CatalogUnion.Extra(CatalogUnion.ExtraOf(one), CatalogUnion.ExtraOf(other));
        extra[member] = value;
        return new(type, extra);
    }

    private static JsonArray Choices(string nodeClass, string name, JsonNode one, JsonNode other)
    {
        var (some, others) = (ByKey(one), ByKey(other));
        return
        [
            .. CatalogUnion.Order(some.Keys, others.Keys).Select(key => (JsonNode?)Choice(
                nodeClass, name, key, some.GetValueOrDefault(key), others.GetValueOrDefault(key))),
        ];
    }

    private static JsonObject Choice(string nodeClass, string name, string key, JsonObject? one, JsonObject? other)
    {
        if (one is null || other is null)
        {
            return (JsonObject)(one ?? other)!.DeepClone(); // One of the two has the key.
        }

        var inputs = new MergedInputs(nodeClass, $"{name}.", one["inputs"] as JsonObject, other["inputs"] as JsonObject);
        return new() { ["key"] = key, ["inputs"] = inputs.Groups, [NodeLayout.ChoiceOrder] = inputs.Order };
    }

    private static JsonNode? Group(string nodeClass, string name, JsonObject? one, JsonObject? other)
    {
        if (one is null || other is null)
        {
            return (one ?? other)?.DeepClone();
        }

        var merged = CatalogUnion.Extra(one, other);
        merged["input"] = new MergedInputs(nodeClass, $"{name}.", one["input"] as JsonObject, other["input"] as JsonObject).Groups;
        Bound(merged, "min", one, other, Math.Min);
        Bound(merged, "max", one, other, Math.Max);
        if (one["names"] is JsonArray names && other["names"] is JsonArray more)
        {
            merged["names"] = new JsonArray([.. CatalogUnion.Order(Texts(names), Texts(more)).Select(n => (JsonNode?)n)]);
        }

        return merged;
    }

    private static JsonObject Match(JsonObject? one, JsonObject? other)
    {
        var merged = CatalogUnion.Extra(one, other);
        if (Text(one?["allowed_types"]) is { } some && Text(other?["allowed_types"]) is { } others)
        {
            merged["allowed_types"] = string.Join(',', CatalogUnion.Order(some.Split(','), others.Split(',')));
        }

        return merged;
    }

    private static JsonArray AsChoices(JsonNode spec) => CatalogUnion.RawType(spec) is NodeLayout.DynamicCombo ? (JsonArray)spec
        : new(NodeLayout.DynamicCombo, new JsonObject
        {
            ["options"] = new JsonArray([
                .. Texts((spec as JsonArray)?[0] as JsonArray ?? CatalogUnion.ExtraOf(spec)?["options"] as JsonArray)
                    .Select(key => new JsonObject { ["key"] = key, ["inputs"] = new JsonObject { ["required"] = new JsonObject() } }),
            ]),
        });

    private static OrderedDictionary<string, JsonObject> ByKey(JsonNode spec)
    {
        var choices = new OrderedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var choice in (CatalogUnion.ExtraOf(spec)?["options"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (Text(choice["key"]) is { } key)
            {
                choices.TryAdd(key, choice);
            }
        }

        return choices;
    }

    private static void Bound(JsonObject merged, string name, JsonObject one, JsonObject other, Func<int, int, int> wider)
    {
        if (Int(one[name]) is { } a && Int(other[name]) is { } b)
        {
            merged[name] = wider(a, b);
        }
    }

    private static JsonObject? Template(JsonNode spec) => CatalogUnion.ExtraOf(spec)?["template"] as JsonObject;

    private static IEnumerable<string> Texts(JsonArray? values) => values?.Select(Text).OfType<string>() ?? [];

    private static string? Text(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? read) ? read : null;

    private static int? Int(JsonNode? value) => value is JsonValue number && number.TryGetValue(out int read) ? read : null;
}

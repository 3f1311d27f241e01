using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Merges what two servers say of one node class into what either would take, whichever is named first.</summary>
internal static class CatalogUnion
{
    /// <summary>
    /// Where the order of all inputs stands, required or not: an input that one server demands and another does not keeps its place.
    /// </summary>
    public const string MergedOrder = "merged";

    public static NodeClass Of(NodeClass first, NodeClass second)
    {
        if (JsonElement.DeepEquals(first.Source, second.Source))
        {
            return first;
        }

        var (one, other) = (NodeOf(first.Source), NodeOf(second.Source));
        var inputs = new MergedInputs(first.Name, "", one?["input"] as JsonObject, other?["input"] as JsonObject,
            Order(first.Inputs.Select(i => i.Name), second.Inputs.Select(i => i.Name)));
        var merged = new JsonObject
        {
            ["input"] = inputs.Groups,
            ["input_order"] = new JsonObject { [MergedOrder] = inputs.Order },
            ["output"] = Outputs(first, second),
            ["output_node"] = first.IsOutputNode || second.IsOutputNode,
        };
        var others = Members(one).Concat(Members(other)).Distinct(StringComparer.Ordinal).Where(m => !merged.ContainsKey(m)).ToArray();
        foreach (var member in others)
        {
            merged[member] = Either(one?[member], other?[member]);
        }

        return NodeClass.Read(first.Name, JsonElement.Parse(merged.ToJsonString()));
    }

    /// <summary>Those of the one in their order, and between them those of the other where they stand there.</summary>
    public static List<string> Order(IEnumerable<string> first, IEnumerable<string> second)
    {
        var names = first.Distinct(StringComparer.Ordinal).ToList();
        var behind = -1;
        foreach (var name in second)
        {
            var at = names.IndexOf(name);
            if (at < 0)
            {
                names.Insert(at = behind + 1, name);
            }

            behind = at;
        }

        return names;
    }

    public static JsonNode? Spec(string nodeClass, string name, JsonNode? one, JsonNode? other)
    {
        if (one is null || other is null || JsonNode.DeepEquals(one, other))
        {
            return (one ?? other)?.DeepClone();
        }

        if (DynamicSpecs.Merged(nodeClass, name, one, other) is { } dynamic)
        {
            return dynamic;
        }

        var (a, b) = (Read(nodeClass, name, one), Read(nodeClass, name, other));
        var extra = Extra(ExtraOf(one), ExtraOf(other));
        Bound(extra, "min", a.Min, b.Min, Math.Min);
        Bound(extra, "max", a.Max, b.Max, Math.Max);
        var type = TypeOf(RawType(one), RawType(other));
        if (type is InputType.Combo)
        {
            extra.Remove("options");
            if (a is { Type: InputType.Combo, ListsOptions: true } && b is { Type: InputType.Combo, ListsOptions: true })
            {
                extra["options"] = Options(a, b);
            }
        }

        return new JsonArray(type, extra);
    }

    /// <summary>What the catalog says of the type; of an old list of options that it is a combo.</summary>
    public static string RawType(JsonNode spec) => (spec as JsonArray) is [JsonValue type, ..] && type.TryGetValue(out string? text) ? text
        : (spec as JsonArray) is [JsonArray, ..] ? InputType.Combo : InputType.Wildcard;

    private static NodeInput Read(string nodeClass, string name, JsonNode spec) =>
        NodeInput.Read(nodeClass, name, JsonElement.Parse(spec.ToJsonString()), isRequired: false);

    private static IEnumerable<string> Members(JsonNode? nodeClass) => (nodeClass as JsonObject)?.Select(m => m.Key) ?? [];

    private static JsonArray Options(NodeInput one, NodeInput other)
    {
        var options = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var option in one.Options.Concat(other.Options))
        {
            // A string is never null.
            if (seen.Add(option.ValueKind is JsonValueKind.String ? Spelling.Normal(option.GetString()!) : $"\0{option.GetRawText()}"))
            {
                options.Add(JsonNode.Parse(option.GetRawText()));
            }
        }

        return options;
    }

    // What either host takes. Of types that have nothing in common, the one that any text fits, or simply always the same one.
    private static string TypeOf(string one, string other) =>
        one == other ? one
        : one is InputType.Wildcard || other is InputType.Wildcard ? InputType.Wildcard
        : one is InputType.String || other is InputType.String ? InputType.String
        : (one, other) is (InputType.Int, InputType.Float) or (InputType.Float, InputType.Int) ? InputType.Float
        : string.CompareOrdinal(one, other) < 0 ? one : other;

    public static JsonObject Extra(JsonObject? one, JsonObject? other)
    {
        var merged = new JsonObject();
        foreach (var name in (one ?? []).Concat(other ?? []).Select(p => p.Key).Distinct(StringComparer.Ordinal).ToArray())
        {
            var (a, b) = (one?[name], other?[name]);
            var isFlag = a?.GetValueKind() is JsonValueKind.True || b?.GetValueKind() is JsonValueKind.True;
            merged[name] = !isFlag ? Either(a, b) : name is not "forceInput"
                || (a?.GetValueKind() is JsonValueKind.True && b?.GetValueKind() is JsonValueKind.True);
        }

        return merged;
    }

    private static void Bound(JsonObject extra, string name, decimal? one, decimal? other, Func<decimal, decimal, decimal> wider)
    {
        extra.Remove(name);
        if (one is { } a && other is { } b)
        {
            extra[name] = wider(a, b);
        }
    }

    private static JsonArray Outputs(NodeClass first, NodeClass second) =>
        [.. Enumerable.Range(0, Math.Max(first.Outputs.Length, second.Outputs.Length)).Select(i => (JsonNode?)Output(first, second, i))];

    private static string Output(NodeClass first, NodeClass second, int slot)
    {
        NodeClass[] with = [.. new[] { first, second }.Where(c => slot < c.Outputs.Length)];
        var types = with.Select(c => c.Outputs[slot]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return types.Contains(InputType.Wildcard) ? InputType.Wildcard : string.Join(',', types);
    }

    public static JsonNode? Either(JsonNode? one, JsonNode? other) =>
        (one is null || (other is not null && string.CompareOrdinal(one.ToJsonString(), other.ToJsonString()) > 0) ? other
            : one)?.DeepClone();

    public static JsonObject? ExtraOf(JsonNode spec) => (spec as JsonArray) is [_, JsonObject extra, ..] ? extra : null;

    private static JsonNode? NodeOf(JsonElement source) => JsonNode.Parse(source.GetRawText());
}

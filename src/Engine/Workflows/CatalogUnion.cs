using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Merges what two servers say of one node class into what either would take, whichever is named first.</summary>
internal static class CatalogUnion
{
    public static NodeClass Of(NodeClass first, NodeClass second)
    {
        if (JsonElement.DeepEquals(first.Source, second.Source))
        {
            return first;
        }

        var (one, other) = (NodeOf(first.Source), NodeOf(second.Source));
        var required = new JsonObject();
        var optional = new JsonObject();
        foreach (var input in first.Inputs.Concat(second.Inputs).Select(i => i.Name).Distinct(StringComparer.Ordinal))
        {
            var group = first.Find(input) is { IsRequired: true } && second.Find(input) is { IsRequired: true } ? required : optional;
            group[input] = Spec(first, second, SpecOf(one, input), SpecOf(other, input), input);
        }

        var merged = new JsonObject
        {
            ["input"] = new JsonObject { ["required"] = required, ["optional"] = optional },
            ["output"] = Outputs(first, second),
            ["output_node"] = first.IsOutputNode || second.IsOutputNode,
        };
        foreach (var member in new[] { "display_name", "python_module" })
        {
            merged[member] = Either((one as JsonObject)?[member], (other as JsonObject)?[member]);
        }

        return NodeClass.Read(first.Name, JsonElement.Parse(merged.ToJsonString()));
    }

    private static JsonNode? Spec(NodeClass first, NodeClass second, JsonNode? one, JsonNode? other, string name)
    {
        if (one is null || other is null || JsonNode.DeepEquals(one, other))
        {
            return (one ?? other)?.DeepClone();
        }

        if (first.Find(name) is not { } a || second.Find(name) is not { } b)
        {
            return Either(one, other);
        }

        var extra = Extra(ExtraOf(one), ExtraOf(other));
        Bound(extra, "min", a.Min, b.Min, Math.Min);
        Bound(extra, "max", a.Max, b.Max, Math.Max);
        var type = TypeOf(a.Type, b.Type);
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

    private static JsonObject Extra(JsonObject? one, JsonObject? other)
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

    private static JsonNode? Either(JsonNode? one, JsonNode? other) =>
        (one is null || (other is not null && string.CompareOrdinal(one.ToJsonString(), other.ToJsonString()) > 0) ? other
            : one)?.DeepClone();

    private static JsonNode? SpecOf(JsonNode? nodeClass, string input) =>
        (nodeClass as JsonObject)?["input"] is not JsonObject groups ? null
        : groups["required"] is JsonObject required && required.ContainsKey(input) ? required[input]
        : (groups["optional"] as JsonObject)?[input];

    private static JsonObject? ExtraOf(JsonNode spec) => (spec as JsonArray) is [_, JsonObject extra, ..] ? extra : null;

    private static JsonNode? NodeOf(JsonElement source) => JsonNode.Parse(source.GetRawText());
}

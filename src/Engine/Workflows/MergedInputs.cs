using System.Text.Json.Nodes;

namespace ComfyFunc.Engine.Workflows;

/// <summary>The required and optional inputs of two servers as one: what both demand is required, and each stands where it stood.</summary>
internal sealed class MergedInputs
{
    private static readonly string[] Both = ["required", "optional"];

    /// <param name="prefix">What stands before the names of inputs that a choice or a group brings.</param>
    public MergedInputs(string nodeClass, string prefix, JsonObject? one, JsonObject? other, IEnumerable<string>? order = null)
    {
        var (required, optional) = (new JsonObject(), new JsonObject());
        foreach (var name in order ?? CatalogUnion.Order(Names(one), Names(other)))
        {
            var group = IsRequired(one, name) && IsRequired(other, name) ? required : optional;
            group[name] = CatalogUnion.Spec(nodeClass, prefix + name, SpecOf(one, name), SpecOf(other, name));
            Order.Add(name);
        }

        Groups = new() { ["required"] = required, ["optional"] = optional };
    }

    public JsonObject Groups { get; }

    public JsonArray Order { get; } = [];

    private static IEnumerable<string> Names(JsonObject? groups) =>
        Both.SelectMany(g => (groups?[g] as JsonObject)?.Select(i => i.Key) ?? []).Distinct(StringComparer.Ordinal);

    private static bool IsRequired(JsonObject? groups, string name) => (groups?["required"] as JsonObject)?.ContainsKey(name) is true;

    private static JsonNode? SpecOf(JsonObject? groups, string name) =>
        Both.Select(g => (groups?[g] as JsonObject)?[name]).FirstOrDefault(s => s is not null);
}

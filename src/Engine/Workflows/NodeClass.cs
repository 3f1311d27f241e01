using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>One node class of a ComfyUI server: what it takes and what it returns.</summary>
public sealed class NodeClass
{
    private readonly Dictionary<string, NodeInput> byName;
    private readonly NodeClass? catalogued;

    private NodeClass(string name, JsonElement source, ImmutableArray<NodeInput> inputs, ImmutableArray<string> outputs,
        NodeClass? catalogued = null)
    {
        this.catalogued = catalogued;
        Name = name;
        Source = source;
        Inputs = inputs;
        Outputs = outputs;
        IsOutputNode = source.TryGetProperty("output_node", out var flag) && flag.ValueKind is JsonValueKind.True;
        byName = inputs.ToDictionary(i => i.Name, StringComparer.Ordinal);
        DisplayName = Text(source, "display_name");
        IsCustom = Text(source, "python_module")?.StartsWith("custom_nodes", StringComparison.Ordinal) is true;
        AlsoComputes = IsOutputNode && !outputs.IsEmpty && inputs.Any(i => i.IsWidget && !i.IsUnlisted) && !OnlySaves(name, inputs);
        HasDynamicInputs = catalogued?.HasDynamicInputs ?? inputs.Any(i => i.IsSelector || i.Type is NodeLayout.Autogrow);
    }

    public string Name { get; }

    /// <summary>What the front end titles its nodes with.</summary>
    public string? DisplayName { get; }

    /// <summary>Whether no host has said anything of it: what is known comes from the prompt's own values.</summary>
    public bool IsUnknown { get; private init; }

    /// <summary>Whether it comes from a pack, which may check its values in ways of its own.</summary>
    public bool IsCustom { get; }

    /// <summary>
    /// Whether it is an output node that is there for what it computes, too: samplers that show what they made, boxes of text.
    /// </summary>
    public bool AlsoComputes { get; }

    /// <summary>Required inputs first, each group in the order that the server gives.</summary>
    public ImmutableArray<NodeInput> Inputs { get; }

    /// <summary>The types of its output slots.</summary>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>The type of an output slot; <see langword="null"/> when there is none.</summary>
    // A class whose last slot is of any type may have more than it says: packs do it so.
    public string? OutputType(int slot) =>
        slot < 0 || Outputs.IsEmpty ? null : slot < Outputs.Length ? Outputs[slot] : Outputs[^1] is InputType.Wildcard
        ? InputType.Wildcard : null;

    /// <summary>Whether ComfyUI executes it for its own sake.</summary>
    public bool IsOutputNode { get; }

    internal JsonElement Source { get; }

    /// <summary>The class as the catalog has it, of which this one is as one node has it.</summary>
    internal NodeClass Catalogued => catalogued ?? this;

    /// <summary>Whether its nodes have inputs by what they choose and how far their groups have grown.</summary>
    internal bool HasDynamicInputs { get; }

    /// <summary>How the front end lays out its nodes.</summary>
    internal NodeLayout Layout => field ??= catalogued?.Layout ?? NodeLayout.Of(this);

    /// <summary>The inputs that any of its nodes may have, several of one name where choices bring the same.</summary>
    internal ImmutableArray<NodeInput> PossibleInputs => field.IsDefault
        ? field = HasDynamicInputs ? [.. NodeSlots.OfAnyNode.Listed(Layout).Select(Read)] : Inputs : field;

    public NodeInput? Find(string input) => byName.GetValueOrDefault(input);

    /// <summary>The inputs of that name that nodes of it may have, by their choices.</summary>
    internal IEnumerable<NodeInput> FindPossible(string input) =>
        Find(input) is { } own ? [own] : HasDynamicInputs ? PossibleInputs.Where(i => i.Name == input) : [];

    /// <summary>The class with the inputs that a node has by what it chooses and uses.</summary>
    internal NodeClass For(ImmutableArray<PromptInput> used)
    {
        if (!HasDynamicInputs)
        {
            return this;
        }

        var given = used.DistinctBy(i => i.Name, StringComparer.Ordinal).ToDictionary(i => i.Name, StringComparer.Ordinal);
        var slots = NodeSlots.Of(name => given.GetValueOrDefault(name) is { Link: null } key ? key.Value.Text() : null, given.ContainsKey);
        return new(Name, Source, [.. slots.Listed(Layout).Select(Read)], Outputs, Catalogued) { IsUnknown = IsUnknown };
    }

    /// <summary>The class with inputs that one node has besides, and with others in the place of those of the same names.</summary>
    internal NodeClass With(IReadOnlyCollection<NodeInput> inputs) => inputs.Count == 0 ? this : new(
        Name,
        Source,
        [.. Inputs.Select(i => inputs.FirstOrDefault(n => n.Name == i.Name) ?? i), .. inputs.Where(n => Find(n.Name) is null)],
        Outputs,
        Catalogued)
    { IsUnknown = IsUnknown };

    /// <summary>A class that no host has, as the nodes of a prompt use it.</summary>
    internal static NodeClass Unknown(string name, IEnumerable<PromptInput> used, bool isOutputNode) => new(
        name,
        isOutputNode ? OutputSource : EmptySource,
        [.. used.GroupBy(i => i.Name, StringComparer.Ordinal).Select(g => Used(g.Key, g.FirstOrDefault(i => i.Link is null)))],
        [InputType.Wildcard])
    { IsUnknown = true };

    internal static NodeClass Read(string name, JsonElement source) =>
        new(name, source, [.. ReadInputs(name, source)], [.. ReadOutputs(source)]);

    private NodeInput Read(NodeSlot slot) =>
        slot.BroughtBy is null && slot.Group is null ? Catalogued.Find(slot.Name)!  // The layout has it from there.
        : NodeInput.Read(Name, slot.Name, slot.Input.Spec, slot.IsRequired) with
        {
            BroughtBy = slot.BroughtBy,
            Group = slot.Group,
            Initial = slot.Input.Initial(),
        };

    private static readonly JsonElement EmptySource = JsonElement.Parse("{}");

    private static readonly JsonElement OutputSource = JsonElement.Parse("""{"output_node":true}""");

    private static NodeInput Used(string name, PromptInput? literal) =>
        literal is null ? new() { Name = name, Type = InputType.Wildcard, IsRequired = false }
        : NodeInput.ByValue(name, literal.Value) with { IsUnlisted = false };

    // Since 0.29 savers hand on what they save. A node that draws seeds computes, whatever else it does.
    private static bool OnlySaves(string name, ImmutableArray<NodeInput> inputs) =>
        name.StartsWith("Save", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Preview", StringComparison.OrdinalIgnoreCase)
        || (!inputs.Any(i => i.IsSeed) && inputs.Any(i => i.IsWidget && NamesFile(i.Name)));

    private static bool NamesFile(string input) =>
        input.Contains("filename", StringComparison.OrdinalIgnoreCase) || input.Contains("prefix", StringComparison.OrdinalIgnoreCase);

    private static string? Text(JsonElement source, string member) =>
        source.TryGetProperty(member, out var text) && text.ValueKind is JsonValueKind.String ? text.GetString() : null;

    private static IEnumerable<NodeInput> ReadInputs(string name, JsonElement source)
    {
        if (!source.TryGetProperty("input", out var input) || input.ValueKind is not JsonValueKind.Object)
        {
            yield break;
        }

        if (source.Member("input_order").Member(CatalogUnion.MergedOrder) is { ValueKind: JsonValueKind.Array } merged)
        {
            foreach (var key in merged.EnumerateArray().Select(k => k.Text()).OfType<string>().Distinct(StringComparer.Ordinal))
            {
                var isRequired = input.Member("required").Member(key).ValueKind is not JsonValueKind.Undefined;
                yield return NodeInput.Read(name, key, input.Member(isRequired ? "required" : "optional").Member(key), isRequired);
            }

            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in new[] { "required", "optional" })
        {
            if (!input.TryGetProperty(group, out var specs) || specs.ValueKind is not JsonValueKind.Object)
            {
                continue;
            }

            foreach (var key in Order(source, group, specs))
            {
                if (specs.TryGetProperty(key, out var spec) && seen.Add(key))
                {
                    yield return NodeInput.Read(name, key, spec, isRequired: group == "required");
                }
            }
        }
    }

    private static IEnumerable<string> Order(JsonElement source, string group, JsonElement specs)
    {
        var listed = source.TryGetProperty("input_order", out var order) && order.ValueKind is JsonValueKind.Object
            && order.TryGetProperty(group, out var keys) && keys.ValueKind is JsonValueKind.Array
            ? keys.EnumerateArray().Where(k => k.ValueKind is JsonValueKind.String).Select(k => k.GetString()!) // A string is never null.
            : [];
        return listed.Concat(specs.EnumerateObject().Select(p => p.Name));
    }

    private static IEnumerable<string> ReadOutputs(JsonElement source) =>
        source.TryGetProperty("output", out var output) && output.ValueKind is JsonValueKind.Array
            // A string is never null.
            ? output.EnumerateArray().Select(o => o.ValueKind is JsonValueKind.String ? o.GetString()! : InputType.Combo)
            : [];
}

using System.Collections.Immutable;
using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Makes other choices of a node's dynamic combos. What the new choice brings too keeps its link or value where the choice takes it; the
/// rest is as a new node has it, since ComfyUI fills in nothing.
/// </summary>
internal static class Choosing
{
    /// <summary>The node with those of the values that are choices of it.</summary>
    public static PromptNode Apply(PromptNode node, IReadOnlyDictionary<string, JsonElement> values)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        while (node.Class.Inputs.FirstOrDefault(i => i.IsSelector && values.TryGetValue(i.Name, out var key) && i.Offers(key)
            && made.Add(i.Name)) is { } selector)
        {
            node = Choose(node, selector, values[selector.Name]);
        }

        return node;
    }

    /// <summary>What a node wants of what its choice brings, and has not.</summary>
    public static IEnumerable<NodeInput> Lacking(PromptNode node, string selector) => node.Class.Inputs.Where(i =>
        i.IsRequired && IsBelow(i.Name, selector) && node.Find(i.Name) is null);

    public static bool IsBelow(string name, string selector) =>
        name.Length > selector.Length && name[selector.Length] == '.' && name.StartsWith(selector, StringComparison.Ordinal);

    private static PromptNode Choose(PromptNode node, NodeInput selector, JsonElement key)
    {
        if (node.Find(selector.Name) is { Link: null } saved && JsonElement.DeepEquals(saved.Value, key))
        {
            return node;
        }

        var chosen = new PromptInput(selector.Name, key, null);
        ImmutableArray<PromptInput> inputs = node.Find(selector.Name) is null ? [.. node.Inputs, chosen]
            : [.. node.Inputs.Select(i => i.Name == selector.Name ? chosen : i)];
        return Filled(Kept(node, (node with { Inputs = inputs }).Read(), selector.Name), selector.Name);
    }

    private static PromptNode Kept(PromptNode before, PromptNode after, string selector) => (after with
    {
        Inputs = [
            .. after.Inputs.Where(i => !IsBelow(i.Name, selector)
                || (after.Class.Find(i.Name) is { } known && Takes(before, after, i, known))),
        ],
    }).Read();

    private static bool Takes(PromptNode before, PromptNode after, PromptInput input, NodeInput known) =>
        input.Link is null ? LiteralCheck.Of(after, known, input.Value) is null
        : !known.IsSelector && before.Class.Find(input.Name) is { } old && Bypass.Fits(old.Type, known.Type);

    // A combo that is filled in may bring more.
    private static PromptNode Filled(PromptNode node, string selector)
    {
        while (node.Class.Inputs.Where(i => IsBelow(i.Name, selector) && i.Initial.ValueKind is not JsonValueKind.Undefined
            && node.Find(i.Name) is null).ToArray() is { Length: > 0 } missing)
        {
            node = (node with { Inputs = node.Inputs.AddRange(missing.Select(m => new PromptInput(m.Name, m.Initial, null))) }).Read();
        }

        return node;
    }
}

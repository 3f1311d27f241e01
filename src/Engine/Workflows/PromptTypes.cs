using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Tells the types of a prompt's inputs and outputs, where a class leaves them to what is linked, and how the front end numbers the inputs.
/// </summary>
internal sealed class PromptTypes(IReadOnlyDictionary<string, PromptNode> byId)
{
    private readonly HashSet<string> open = new(StringComparer.Ordinal);

    /// <summary>What an output gives; <see langword="null"/> when there is none.</summary>
    public string? OfOutput(NodeLink link)
    {
        if (!byId.TryGetValue(link.Node, out var source) || source.Class.OutputType(link.Slot) is not { } type)
        {
            return null;
        }

        if (type is not NodeLayout.MatchingType)
        {
            return type;
        }

        // A circle says nothing of a type.
        if (!open.Add(source.Id))
        {
            return InputType.Wildcard;
        }

        var outputs = TypesOf(source).Outputs;
        open.Remove(source.Id);
        return link.Slot < outputs.Length ? outputs[link.Slot] : type;
    }

    /// <summary>What an input takes; <see langword="null"/> when the node's class has none of that name.</summary>
    public string? OfInput(PromptNode node, string input) => node.Class.Find(input) switch
    {
        null => null,
        { Match: null } known => known.Type,
        var known => SlotsOf(node).FirstOrDefault(s => s.Name == input)?.Type ?? known.Type,
    };

    /// <summary>The inputs of a node as the front end numbers them.</summary>
    public ImmutableArray<PromptSlot> SlotsOf(PromptNode node)
    {
        var slots = Numbered(node);
        var types = TypesOf(node, slots);
        return [.. slots.Select((slot, at) => slot with { Type = types.OfInput(at) })];
    }

    private MatchTypes TypesOf(PromptNode node) => TypesOf(node, Numbered(node));

    private MatchTypes TypesOf(PromptNode node, ImmutableArray<PromptSlot> slots) => new(
        node.Class.Layout,
        [.. slots.Select(s => new MatchingInput(s.Type, s.Match, Brought(s) ?? InputType.Wildcard))]);

    private string? Brought(PromptSlot slot) => slot is { Match: not null, Link: { } link } ? OfOutput(link) : null;

    private ImmutableArray<PromptSlot> Numbered(PromptNode node)
    {
        var live = NodeSlots.Of(
            name => node.Find(name) is { Link: null } key ? key.Value.Text() : null,
            name => node.Find(name)?.Link is not null);
        var slots = live.Numbered(node.Class.Layout, i => i.IsWidget)
            .Select(s => new PromptSlot(s.Name, s.Input.Type, node.Find(s.Name)?.Link, s.Input.Match, s.Group?.Name)).ToList();
        foreach (var input in node.Inputs.Where(i => i.Link is not null && !slots.Exists(s => s.Name == i.Name)))
        {
            // What a group has beyond its end stands behind it, what nobody knows behind all.
            var behind = slots.FindLastIndex(s => s.Group is { } group && input.Name.StartsWith(group + ".", StringComparison.Ordinal));
            var type = OfOutput(input.Link!.Value) ?? InputType.Wildcard; // Those without a link are left out above.
            slots.Insert(behind < 0 ? slots.Count : behind + 1,
                new(input.Name, type, input.Link, null, behind < 0 ? null : slots[behind].Group));
        }

        return [.. slots];
    }
}

/// <summary>An input of a prompt's node.</summary>
/// <param name="Type">What it takes.</param>
/// <param name="Match">What has one type in common with it.</param>
/// <param name="Group">The group that it belongs to.</param>
internal sealed record PromptSlot(string Name, string Type, NodeLink? Link, string? Match, string? Group);

namespace ComfyFunc.Engine.Workflows;

/// <summary>An input that a node has: of its class, of a choice that it makes, or of a group that has grown.</summary>
/// <param name="Name">As prompts name it: <c>width</c>, <c>resize_type.width</c>, <c>images.image0</c>.</param>
/// <param name="Group">The group that it belongs to.</param>
internal sealed record NodeSlot(string Name, LayoutInput Input, bool IsRequired, InputChoice? BroughtBy = null, InputGroup? Group = null);

/// <summary>A choice of a dynamic combo.</summary>
/// <param name="Selector">The name of the combo.</param>
internal sealed record InputChoice(string Selector, string Key);

/// <summary>A group of inputs of a node, by its name.</summary>
internal sealed record InputGroup(string Name, LayoutGroup Layout)
{
    private const int MostNamed = 10;

    /// <summary>The names that it may have, for a person.</summary>
    public string Names => Layout switch
    {
        { Inputs: [var only], Max: > 0, Names.IsEmpty: true } =>
            $"{Name}.{Layout.NameOf(0, only)} to {Name}.{Layout.NameOf(Layout.Max - 1, only)}",
        { Inputs: [_], Names: { IsEmpty: false } names } => string.Join(", ", names.Take(MostNamed).Select(n => $"{Name}.{n}"))
            + (names.Length > MostNamed ? $" and {names.Length - MostNamed} more" : ""),
        _ => $"{Layout.Max} of {string.Join(", ", Layout.Inputs.Select(i => i.Name))}",
    };
}

/// <summary>Lists the inputs that nodes of a class have, by what they choose and use.</summary>
/// <param name="chosen">The choices of a dynamic combo whose inputs count.</param>
/// <param name="isUsed">Whether an input of a group is in use.</param>
internal sealed class NodeSlots(Func<string, LayoutInput, IEnumerable<LayoutChoice>> chosen, Func<string, bool> isUsed)
{
    /// <summary>Of a node that makes these choices.</summary>
    public static NodeSlots Of(Func<string, string?> choice, Func<string, bool> isUsed) =>
        new((name, combo) => combo.Choice(choice(name)) is { } made ? [made] : [], isUsed);

    /// <summary>Of all nodes: what any choice brings.</summary>
    public static NodeSlots OfAnyNode { get; } = new((_, combo) => combo.Choices, _ => false);

    /// <summary>In the order of the catalog, what a choice brings behind its combo.</summary>
    public IEnumerable<NodeSlot> Listed(NodeLayout layout) =>
        layout.Inputs.SelectMany(i => Of(new(i.Name, i, i.IsRequired), isComboFirst: true));

    /// <summary>
    /// As the front end numbers them: sockets before widgets, and what a choice brings before its combo. Groups are among the sockets.
    /// </summary>
    public IEnumerable<NodeSlot> Numbered(NodeLayout layout, Func<LayoutInput, bool> isWidget) =>
        layout.Inputs.Where(i => !isWidget(i)).Concat(layout.Inputs.Where(isWidget))
            .SelectMany(i => Of(new(i.Name, i, i.IsRequired), isComboFirst: false))
            .Where(s => !(s.Input.IsSocketless && s.Input.IsWidget));

    private IEnumerable<NodeSlot> Of(NodeSlot slot, bool isComboFirst)
    {
        if (slot.Input.Group is { } group)
        {
            return Repeated(slot, group).SelectMany(s => Of(s, isComboFirst));
        }

        if (!slot.Input.IsSelector)
        {
            return [slot];
        }

        var brought = chosen(slot.Name, slot.Input).SelectMany(choice => choice.Inputs.Select(child => new NodeSlot(
            $"{slot.Name}.{child.Name}", child, child.IsRequired, new(slot.Name, choice.Key), slot.Group)));
        var below = brought.SelectMany(s => Of(s, isComboFirst));
        return isComboFirst ? below.Prepend(slot) : below.Append(slot);
    }

    private IEnumerable<NodeSlot> Repeated(NodeSlot slot, LayoutGroup group)
    {
        for (var i = 0; i < group.Repetitions(slot.Name, isUsed); i++)
        {
            foreach (var input in group.Inputs)
            {
                if (group.NameOf(i, input) is { } own)
                {
                    yield return new($"{slot.Name}.{own}", input, group.Demands(i, input), slot.BroughtBy, new(slot.Name, group));
                }
            }
        }
    }
}

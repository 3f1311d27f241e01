namespace ComfyFunc.Engine.Workflows;

/// <summary>Checks links as ComfyUI does: that they lead to an output, and that it is of a type that the input takes.</summary>
internal static class LinkCheck
{
    /// <summary>What is wrong with the link; <see langword="null"/> when nothing is.</summary>
    public static Finding? Of(PromptNode node, string inputName, NodeLink link, IReadOnlyDictionary<string, PromptNode> byId,
        PromptTypes types, IReadOnlySet<string> unread)
    {
        if (!byId.TryGetValue(link.Node, out var source))
        {
            return unread.Contains(link.Node) ? null : new Finding.Wrong($"There is no node {link.Node}.");
        }

        if (types.OfOutput(link) is not { } given)
        {
            return new Finding.Wrong($"{source.Describe()} has no output {link.Slot}; it has {source.Class.Outputs.Length}.");
        }

        if (node.Class.Find(inputName) is not { IsUnlisted: false } input)
        {
            return null;
        }

        if (input.IsSelector)
        {
            return Refused(node.Class.IsCustom, $"{inputName} of {node.Describe()} is a link. ComfyUI reads the choice before anything is "
                + $"executed, so that it takes a value alone: {string.Join(", ", input.Options)}.");
        }

        var taken = types.OfInput(node, inputName) ?? input.Type;
        // ComfyUI leaves types that follow from links to the front end.
        var isLeft = input.Match is not null || source.Class.OutputType(link.Slot) is NodeLayout.MatchingType;
        return Fits(given, taken) ? null : Refused(node.Class.IsCustom || isLeft,
            $"{source.Describe()} gives {given} at its output {link.Slot}; {inputName} of {node.Describe()} takes {taken}.");
    }

    private static Finding Refused(bool mayBeRight, string detail) =>
        mayBeRight ? new Finding.Doubtful("link_type", detail) : new Finding.Wrong(detail);

    // What combos carry has no name that could be compared.
    private static bool Fits(string given, string taken) =>
        Bypass.Fits(given, taken) || (given is InputType.Combo && taken is InputType.Combo);
}

using System.Text.Json;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// Finds what a node has under the name of a dynamic combo or a group, and what these do not have: ComfyUI leaves out such a value, and
/// hands on such a link, which its node does not take.
/// </summary>
internal static class StrayInputs
{
    public static Finding? Of(PromptNode node, PromptInput input)
    {
        if (!node.Class.HasDynamicInputs || node.Class.Find(input.Name) is not null || OwnerOf(node, input.Name) is not { } owner
            || DetailOf(node, owner, input.Name) is not { } detail)
        {
            return null;
        }

        return input.Link is null ? new Finding.Doubtful("input_ignored", $"{detail} ComfyUI leaves it out.")
            : node.Class.IsCustom ? new Finding.Doubtful("input_ignored", $"{detail} The node may not take its link.")
            : new Finding.Wrong($"{detail} The node does not take its link.");
    }

    /// <summary>Whether the name is one that a dynamic combo or a group of the node may have.</summary>
    public static bool IsUnder(PromptNode node, string name) => node.Class.HasDynamicInputs && OwnerOf(node, name) is not null;

    /// <summary>Whose choice would bring the input; <see langword="null"/> when none would.</summary>
    public static string? OfOtherChoice(PromptNode node, string name)
    {
        var bringing = node.Class.PossibleInputs
            .Where(i => i.BroughtBy is not null && i.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(i => i.BroughtBy!).DistinctBy(c => c.Key).ToArray(); // The line above has looked.
        return bringing.Length == 0 ? null
            : $"{name} of {node.Describe()} belongs to {bringing[0].Selector} = {string.Join(" or ", bringing.Select(c => $"'{c.Key}'"))}, "
            + $"and {bringing[0].Selector} is {Chosen(node, bringing[0].Selector)}.";
    }

    private static string? DetailOf(PromptNode node, NodeInput owner, string name)
    {
        if (owner.Group is { } group)
        {
            return $"{name} of {node.Describe()} is none of what {group.Name} takes, {group.Names}.";
        }

        // A choice that is wrong itself is told of at its own place.
        var chosen = node.Find(owner.Name);
        return chosen is null ? owner.IsRequired ? null : OfOtherChoice(node, name)
            : chosen.Link is not null || !owner.Offers(chosen.Value) ? null
            : OfOtherChoice(node, name) ?? $"{name} of {node.Describe()} is none of what {owner.Name} = {Chosen(node, owner.Name)} has.";
    }

    private static NodeInput? OwnerOf(PromptNode node, string name) => node.Class.Inputs
        .Where(i => i.IsSelector ? Choosing.IsBelow(name, i.Name)
            : i.Group is { } group && (name == group.Name || Choosing.IsBelow(name, group.Name)))
        .MaxBy(i => i.Group?.Name.Length ?? i.Name.Length);

    private static string Chosen(PromptNode node, string selector) => node.Find(selector) switch
    {
        { Link: null, Value: { ValueKind: JsonValueKind.String } key } => $"'{key.GetString()}'",
        null => "not set",
        _ => "no choice",
    };
}

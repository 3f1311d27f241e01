using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Takes nodes out of a prompt and lets their links pass through, by type, as ComfyUI's own front end does.</summary>
public static class Bypass
{
    private const string Any = InputType.Wildcard;

    /// <summary>The nodes that remain, rewired. A link that nothing can stand in for is dropped.</summary>
    public static ImmutableArray<PromptNode> Apply(ImmutableArray<PromptNode> nodes, IReadOnlySet<string> bypassed)
    {
        if (bypassed.Count == 0)
        {
            return nodes;
        }

        var byId = nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        var types = new PromptTypes(byId);
        return [.. nodes.Where(n => !bypassed.Contains(n.Id)).Select(n => Rewire(n, byId, types, bypassed))];
    }

    /// <summary>The required inputs that lost their links, of nodes that some output still needs.</summary>
    public static IEnumerable<(PromptNode Node, NodeInput Input)> Starved(ImmutableArray<PromptNode> before,
        ImmutableArray<PromptNode> after)
    {
        var originals = before.ToDictionary(n => n.Id, StringComparer.Ordinal);
        var needed = Reach.Of(after);
        return from node in after
               where needed.Contains(node.Id)
               let original = originals[node.Id]
               where original.Inputs.Length != node.Inputs.Length
               from lost in original.Inputs
               where node.Find(lost.Name) is null && node.Class.Find(lost.Name) is { IsRequired: true }
               select (node, node.Class.Find(lost.Name)!); // The line above has found it.
    }

    private static PromptNode Rewire(PromptNode node, Dictionary<string, PromptNode> byId, PromptTypes types, IReadOnlySet<string> bypassed)
    {
        if (!node.Inputs.Any(i => i.Link is { } link && bypassed.Contains(link.Node)))
        {
            return node;
        }

        var inputs = ImmutableArray.CreateBuilder<PromptInput>();
        foreach (var input in node.Inputs)
        {
            if (input.Link is not { } link || !bypassed.Contains(link.Node))
            {
                inputs.Add(input);
            }
            else if (Resolve(link, types.OfInput(node, input.Name) ?? types.OfOutput(link) ?? Any, byId, types, bypassed) is { } through)
            {
                inputs.Add(input with { Link = through });
            }
        }

        return node with { Inputs = inputs.ToImmutable() };
    }

    private static NodeLink? Resolve(NodeLink link, string type, Dictionary<string, PromptNode> byId, PromptTypes types,
        IReadOnlySet<string> bypassed)
    {
        var visited = new HashSet<NodeLink>();
        for (NodeLink? at = link; at is { } here;)
        {
            if (!bypassed.Contains(here.Node))
            {
                return here;
            }

            if (!visited.Add(here) || !byId.TryGetValue(here.Node, out var node))
            {
                return null;
            }

            var slots = types.SlotsOf(node);
            var slot = BypassSlot.Of([.. slots.Select(s => s.Type)], types.OfOutput(here), here.Slot, type);
            if (slot < 0 || slot >= slots.Length)
            {
                return null;
            }

            // Before the next node that is left out, the type of the input that stands in counts.
            (at, type) = (slots[slot].Link, slots[slot].Type);
        }

        return null;
    }

    /// <summary>Whether a link may join the two: LiteGraph's rule, where a type may be a list and <c>*</c> is all.</summary>
    public static bool Fits(string one, string other) =>
        one == other || one == Any || other == Any || IsDynamic(one) || IsDynamic(other)
        || one.Split(',', StringSplitOptions.TrimEntries)
        .Intersect(other.Split(',', StringSplitOptions.TrimEntries), StringComparer.OrdinalIgnoreCase).Any()
        || one.Split(',', StringSplitOptions.TrimEntries).Contains(Any) || other.Split(',', StringSplitOptions.TrimEntries).Contains(Any);

    /// <summary>A type of newer servers that stands for others: what it takes is not said here.</summary>
    public static bool IsDynamic(string type) => type.StartsWith("COMFY_", StringComparison.Ordinal);
}

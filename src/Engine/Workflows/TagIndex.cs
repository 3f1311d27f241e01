using System.Collections.Immutable;

namespace ComfyFunc.Workflows;

/// <summary>The tags of a workflow by the names that callers use, in any case.</summary>
internal sealed class TagIndex
{
    private readonly Dictionary<string, TaggedNodes> byName;

    private TagIndex(ImmutableArray<TaggedNodes> all)
    {
        All = all;
        byName = all.ToDictionary(t => t.Name, StringComparer.OrdinalIgnoreCase);
    }

    public ImmutableArray<TaggedNodes> All { get; }

    public TaggedNodes? Find(string name) => byName.GetValueOrDefault(name.Trim());

    public static TagIndex Of(ImmutableArray<PromptNode> nodes) => new(
    [
        .. nodes
            .SelectMany(n => n.Annotations.Tags.Select(t => (Tag: t, Node: n)))
            .GroupBy(t => t.Tag.Name, StringComparer.OrdinalIgnoreCase)
            .Select(g => new TaggedNodes(g.First().Tag.Name, [.. g.Select(t => new TaggedNode(t.Node, Exposed(t.Node, t.Tag)))])),
    ]);

    /// <summary>Inputs that a tag lists and its node does not have.</summary>
    public static IEnumerable<Fault> UnknownInputs(ImmutableArray<PromptNode> nodes) =>
        from node in nodes
        from tag in node.Annotations.Tags
        from listed in tag.Inputs ?? []
        where !node.Class.Inputs.Any(i => i.Name.Equals(listed, StringComparison.OrdinalIgnoreCase))
        select new Fault(
            "invalid_workflow",
            $"The tag '{tag.Name}' of {node.Describe()} lists the input '{listed}', which the node does not have. It has {string.Join(", ", node.Class.Inputs.Select(i => i.Name))}.",
            JsonPointer.Of(node.Id, "_meta", "title"));

    private static ImmutableArray<NodeInput> Exposed(PromptNode node, Tag tag) =>
        [.. node.Class.Inputs.Where(i => tag.Exposes(i, node.Find(i.Name)?.Link is not null, node.Class.IsOutputNode))];
}

/// <summary>A tag and the nodes that bear it, in the saved order.</summary>
internal sealed record TaggedNodes(string Name, ImmutableArray<TaggedNode> Nodes)
{
    /// <summary>The inputs that callers may set, by name; several nodes may have each.</summary>
    public IEnumerable<IGrouping<string, (PromptNode Node, NodeInput Input)>> Inputs =>
        Nodes.SelectMany(n => n.Exposed.Select(i => (n.Node, Input: i))).GroupBy(i => i.Input.Name, StringComparer.OrdinalIgnoreCase);
}

/// <summary>A node and what one of its tags exposes of it.</summary>
internal sealed record TaggedNode(PromptNode Node, ImmutableArray<NodeInput> Exposed);

using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

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
            .Select(g => new TaggedNodes(
                g.First().Tag.Name,
                [.. g.Select(t => new TaggedNode(t.Node, t.Tag, [.. t.Tag.ExposedOf(t.Node)]))])),
    ]);
}

/// <summary>A tag and the nodes that bear it, in the saved order.</summary>
internal sealed record TaggedNodes(string Name, ImmutableArray<TaggedNode> Nodes)
{
    /// <summary>The inputs that callers may set, by name; several nodes may have each.</summary>
    public IEnumerable<IGrouping<string, (PromptNode Node, NodeInput Input)>> Inputs =>
        Nodes.SelectMany(n => n.Exposed.Select(i => (n.Node, Input: i))).GroupBy(i => i.Input.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>What callers may set, of the choices too that they may make.</summary>
    public IEnumerable<SettableInput> Settable => Nodes.SelectMany(n => SettableInput.Of(n.Node, n.Tag));
}

/// <summary>A node and what one of its tags exposes of it.</summary>
internal sealed record TaggedNode(PromptNode Node, Tag Tag, ImmutableArray<NodeInput> Exposed);

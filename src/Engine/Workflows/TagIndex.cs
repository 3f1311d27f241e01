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
        .. nodes.SelectMany(TagsOf).GroupBy(t => t.Tag, StringComparer.OrdinalIgnoreCase)
            .Select(g => new TaggedNodes(g.First().Tag, [.. g.Select(t => t.Node)])),
    ]);

    private static IEnumerable<(string Tag, TaggedNode Node)> TagsOf(PromptNode node) =>
        node.Annotations.Tags.Select(t => (t.Name, new TaggedNode(node, [.. t.ExposedOf(node).Select(i => new ExposedInput(i.Name, i))])))
            .Concat(node.Notes.Tags.GroupBy(c => c.Tag, StringComparer.OrdinalIgnoreCase)
                .Select(g => (g.First().Tag, new TaggedNode(node, [.. g.Select(c => Exposed(node, c)).OfType<ExposedInput>()])
                { IsCarried = true })));

    private static ExposedInput? Exposed(PromptNode node, CarriedTag carried) =>
        node.Class.Find(carried.Input) is { } input ? new(carried.Name, input) : null;
}

/// <summary>A tag and the nodes that bear it, in the saved order.</summary>
internal sealed record TaggedNodes(string Name, ImmutableArray<TaggedNode> Nodes)
{
    /// <summary>The inputs that callers may set, by name; several nodes may have each.</summary>
    public IEnumerable<IGrouping<string, (PromptNode Node, NodeInput Input)>> Inputs =>
        Nodes.SelectMany(n => n.Exposed.Select(e => (n.Node, Exposed: e)))
            .GroupBy(e => e.Exposed.Name, e => (e.Node, e.Exposed.Input), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether its nodes can be taken out of a run: not where it stands on what is no node of the prompt.</summary>
    public bool CanBypass => !Nodes.Any(n => n.IsCarried);
}

/// <summary>A node and what one of its tags exposes of it.</summary>
internal sealed record TaggedNode(PromptNode Node, ImmutableArray<ExposedInput> Exposed)
{
    /// <summary>Whether the tag stands elsewhere: on an instance of a subgraph, a primitive, a reroute.</summary>
    public bool IsCarried { get; init; }
}

/// <summary>An input that callers may set.</summary>
/// <param name="Name">What they call it.</param>
internal sealed record ExposedInput(string Name, NodeInput Input);

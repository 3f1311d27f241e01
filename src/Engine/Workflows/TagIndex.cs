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
        node.Annotations.Tags.Select(t => (t.Name, new TaggedNode(node, t, [.. t.ExposedOf(node).Select(i => new ExposedInput(i.Name, i))])))
            .Concat(node.Notes.Tags.GroupBy(c => c.Tag, StringComparer.OrdinalIgnoreCase)
                .Select(g => (g.First().Tag, new TaggedNode(node, null, [.. g.Select(c => Exposed(node, c)).OfType<ExposedInput>()]))));

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

    /// <summary>What callers may set, of the choices too that they may make.</summary>
    public IEnumerable<SettableInput> Settable => Nodes.SelectMany(n => n.Tag is { } tag ? SettableInput.Of(n.Node, tag)
        : n.Exposed.Select(e => new SettableInput(n.Node, e.Input) { Name = e.Name }));

    /// <summary>Whether its nodes can be taken out of a run: not where it stands on what is no node of the prompt.</summary>
    public bool CanBypass => Nodes.All(n => n.Tag is not null);
}

/// <summary>A node and what one of its tags exposes of it.</summary>
/// <param name="Tag">
/// As it stands in the node's title; <see langword="null"/> where it stands elsewhere: on an instance of a subgraph, a primitive, a reroute.
/// </param>
internal sealed record TaggedNode(PromptNode Node, Tag? Tag, ImmutableArray<ExposedInput> Exposed);

/// <summary>An input that callers may set.</summary>
/// <param name="Name">What they call it.</param>
internal sealed record ExposedInput(string Name, NodeInput Input);

using System.Collections.Immutable;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Where the following of one link stands.</summary>
internal sealed class LinkWalk(GraphScope scope, GraphNode node, int slot)
{
    /// <summary>What a node calls its value that has just one.</summary>
    public const string OnlyValue = "value";

    private readonly (GraphScope Scope, GraphNode Node) start = (scope, node);
    private ImmutableArray<Passed>.Builder? through;
    private HashSet<(GraphScope, GraphNode, int, bool)>? visited;

    /// <summary>The input that wants to know.</summary>
    public GraphPlace Start => start.Scope.Place(start.Node);

    public GraphScope Scope { get; set; } = scope;

    public GraphNode Node { get; private set; } = node;

    public int Slot { get; private set; } = slot;

    public bool IsAtInput { get; private set; } = true;

    /// <summary>The type that is asked for; <see langword="null"/> where the next input's own counts.</summary>
    public string? Type { get; set; }

    public bool IsBypassed { get; set; }

    public bool IsAcrossBorder { get; set; }

    public int Steps { get; set; }

    /// <summary>The nodes with titles of their own that have handed it on.</summary>
    public ImmutableArray<Passed> Through => through?.ToImmutable() ?? [];

    public void Pass(GraphScope within, GraphNode node, string name)
    {
        if (node.Title is not null)
        {
            (through ??= ImmutableArray.CreateBuilder<Passed>()).Add(new(within.IdOf(node), node.Title, name));
        }
    }

    public bool IsNew() => (visited ??= []).Add((Scope, Node, Slot, IsAtInput));

    public GraphPlace Place(LiveInput input) => Scope.Place(Node, input.Name) with
    {
        Pointer = input.Saved < 0 ? Node.Pointer : $"{Node.Pointer}/inputs/{input.Saved}",
    };

    public void ToOutput(GraphNode origin, int at, string own)
    {
        (Node, Slot, IsAtInput) = (origin, at, false);
        Type ??= own;
    }

    public void ToInput(GraphScope within, GraphNode target, int at) => (Scope, Node, Slot, IsAtInput) = (within, target, at, true);

    public void ToInstance(GraphScope outer, GraphNode instance, int at)
    {
        (Scope, Node, Slot, IsAtInput) = (outer, instance, at, true);
        Type = null;
        IsAcrossBorder = true;
    }
}

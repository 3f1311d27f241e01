namespace ComfyFunc.Engine.Graphs;

/// <summary>The links that Use Everywhere makes while it queues: they are not in the file.</summary>
internal sealed class Everywhere
{
    private readonly Dictionary<(GraphScope Scope, string Node, int Input), (GraphNode Node, int Slot)> added = [];

    public bool Reaches(GraphScope scope, GraphNode node, int input) => added.ContainsKey((scope, node.Id, input));

    public (GraphNode Node, int Slot)? Find(GraphScope scope, NodeView view, int input) =>
        added.TryGetValue((scope, view.Node.Id, input), out var found) ? found : null;

    public (GraphNode Node, int Slot)? FindOutput(GraphScope scope, int output) =>
        added.TryGetValue((scope, Graph.OutputNode, output), out var found) ? found : null;
}

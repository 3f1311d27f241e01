using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// The links that Use Everywhere makes while the browser queues. They are not among the links of the file: the pack's last analysis is
/// read where the file has it, and made again where it has none.
/// </summary>
internal sealed class Everywhere(GraphViews views, GraphReport report)
{
    private const string Id = "everywhere";
    private readonly Dictionary<(GraphScope Scope, string Node, int Slot), GraphLink> added = [];

    /// <summary>The link into an input that the file has none for.</summary>
    public GraphLink? Find(GraphScope scope, GraphNode node, int input) => added.GetValueOrDefault((scope, node.Id, input));

    /// <summary>The link into an output of the scope's definition.</summary>
    public GraphLink? FindOutput(GraphScope scope, int output) => added.GetValueOrDefault((scope, Graph.OutputNode, output));

    public void Broadcast(IEnumerable<GraphScope> scopes)
    {
        foreach (var scope in scopes)
        {
            if (scope.Graph.Extra.Member("ue_links") is { ValueKind: JsonValueKind.Array } saved)
            {
                Read(scope, saved);
            }
            else
            {
                var analysis = new EverywhereAnalysis(scope, views, report);
                foreach (var (node, slot, link) in analysis.Links())
                {
                    Add(scope, node, slot, link.Origin, link.OriginSlot, link.Type);
                }
            }
        }
    }

    // [{downstream, downstream_slot, upstream, upstream_slot, controller, type}]
    private void Read(GraphScope scope, JsonElement saved)
    {
        foreach (var item in saved.Items().Take(GraphBounds.Values))
        {
            if (item.Member("downstream").Id() is not { } downstream || item.Member("downstream_slot").Int() is not { } slot
                || item.Member("upstream").Id() is not { } upstream || item.Member("upstream_slot").Int() is not { } from)
            {
                continue;
            }

            var type = item.Text("type") ?? InputType.Wildcard;
            if (downstream is Graph.OutputNode)
            {
                Add(scope, downstream, slot, upstream, from, type);
            }
            else if (scope.Graph.Find(downstream) is { } node && SlotOf(views.Of(scope, node), slot, type) is >= 0 and var live)
            {
                Add(scope, downstream, live, upstream, from, type);
                report.Note("E6", scope.Place(node, views.Of(scope, node).Inputs[live].Name),
                    $"Use Everywhere links this input to node {upstream}, as the file's last analysis has it.");
            }
        }
    }

    private void Add(GraphScope scope, string node, int slot, string origin, int from, string type) =>
        added.TryAdd((scope, node, slot), new(Id, origin, from, node, slot, type));

    // The number counts the live inputs; older files list those.
    private static int SlotOf(NodeView view, int slot, string type)
    {
        if (slot >= 0 && slot < view.Inputs.Length && IsFree(view.Inputs[slot], type))
        {
            return slot;
        }

        for (var i = 0; i < view.Inputs.Length; i++)
        {
            if (view.Inputs[i].Saved == slot && IsFree(view.Inputs[i], type))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsFree(LiveInput input, string type) => input.Link is null && Bypass.Fits(input.Type, type);
}

using System.Collections.Immutable;
using ComfyFunc.Comfy;
using ComfyFunc.Workflows;

namespace ComfyFunc.Runs;

/// <summary>One thing that a node returned, under the tag that it is answered by.</summary>
/// <param name="Index">Counts the things of one node in the order in which the history lists them.</param>
public sealed record PlannedOutput(string Tag, string Node, int Index, OutputItem Item);

/// <summary>Sorts what the history lists under the workflow's output tags: tag by tag, nodes in the workflow's order, nothing dropped.</summary>
public static class OutputPlan
{
    public static ImmutableArray<PlannedOutput> Of(ImmutableArray<OutputTag> tags, ImmutableArray<NodeOutput> outputs) =>
    [
        .. from tag in tags
           from node in tag.Nodes
           from output in outputs
           where output.Node == node || output.DisplayNode == node
           from item in output.Items.Select((value, index) => (value, index))
           select new PlannedOutput(tag.Tag, output.Node, item.index, item.value),
    ];
}

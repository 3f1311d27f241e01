using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Server.Runs;

/// <summary>One thing that a node returned, under the tag that it is answered by.</summary>
/// <param name="Index">Counts the things of one node in the order in which the history lists them.</param>
public sealed record PlannedOutput(string Tag, string Node, int Index, OutputItem Item);

/// <summary>
/// Sorts what the history lists under the workflow's output tags: tag by tag, nodes in the workflow's order, no file dropped that a node
/// saved.
/// </summary>
public static class OutputPlan
{
    private const string SavedFolder = "output";

    public static ImmutableArray<PlannedOutput> Of(ImmutableArray<OutputTag> tags, ImmutableArray<NodeOutput> outputs)
    {
        PlannedOutput[] named =
        [
            .. from tag in tags
               where !tag.IsSavedOnly
               from node in tag.Nodes
               from output in outputs
               where output.Node == node || output.DisplayNode == node
               from item in output.Items.Select((value, index) => (value, index))
               select new PlannedOutput(tag.Tag, output.Node, item.index, item.value),
        ];
        var known = named.Select(o => o.Node).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. named,
            .. from output in outputs
               where !known.Contains(output.Node)
               from item in output.Items.Select((value, index) => (value, index))
               where item.value is OutputFile { Folder: SavedFolder }
               select new PlannedOutput(OutputTag.Untagged, output.Node, item.index, item.value),
        ];
    }
}

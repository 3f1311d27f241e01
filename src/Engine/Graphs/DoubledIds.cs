using System.Globalization;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Gives new ids to nodes of subgraphs whose ids another graph of the file has, the same ones that the front end gives when it loads the
/// file.
/// </summary>
internal static class DoubledIds
{
    public static void Rename(GraphFile file, int last, GraphReport report)
    {
        var used = new HashSet<long>();
        foreach (var node in file.Root.Nodes)
        {
            if (NumberOf(node) is { } id)
            {
                used.Add(id);
            }
        }

        long next = last;
        foreach (var definition in file.Definitions.Values)
        {
            foreach (var node in definition.Nodes)
            {
                if (NumberOf(node) is not { } id || used.Add(id))
                {
                    continue;
                }

                while (!used.Add(++next))
                {
                }

                node.PromptId = next.ToString(CultureInfo.InvariantCulture);
                report.Note("G2", new(node.PromptId, node.Title ?? node.Type, null, node.Pointer),
                    $"Another graph of the file has a node {node.Id}, too. As in the browser this one is {node.PromptId}.");
            }
        }
    }

    private static long? NumberOf(GraphNode node) =>
        long.TryParse(node.Id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : null;
}

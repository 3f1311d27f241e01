using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Finds the nodes that some output needs. ComfyUI looks at no others, except that it must know their classes.</summary>
internal static class Reach
{
    public static HashSet<string> Of(ImmutableArray<PromptNode> nodes)
    {
        var byId = nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<PromptNode>(nodes.Where(n => n.Class.IsOutputNode));
        while (open.TryPop(out var node))
        {
            if (needed.Add(node.Id))
            {
                foreach (var input in node.Inputs)
                {
                    if (input.Link is { } link && byId.TryGetValue(link.Node, out var source))
                    {
                        open.Push(source);
                    }
                }
            }
        }

        return needed;
    }
}

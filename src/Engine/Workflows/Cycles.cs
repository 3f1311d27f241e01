using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Finds links that lead back to where they came from. ComfyUI refuses such prompts without saying why.</summary>
internal static class Cycles
{
    /// <returns>A node on a cycle, or <see langword="null"/>.</returns>
    public static PromptNode? Find(ImmutableArray<PromptNode> nodes)
    {
        var byId = nodes.ToDictionary(n => n.Id, StringComparer.Ordinal);
        var done = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var start in nodes)
        {
            // An explicit stack: a prompt of thousands of nodes in one chain must not exhaust the thread's.
            var stack = new Stack<(PromptNode Node, int Next)>([(start, 0)]);
            while (stack.TryPop(out var at))
            {
                if (at.Next == 0 && !done.TryAdd(at.Node.Id, false))
                {
                    continue;
                }

                if (at.Next == at.Node.Inputs.Length)
                {
                    done[at.Node.Id] = true;
                    continue;
                }

                stack.Push((at.Node, at.Next + 1));
                if (at.Node.Inputs[at.Next].Link is { } link && byId.TryGetValue(link.Node, out var source))
                {
                    if (done.TryGetValue(source.Id, out var isDone) && !isDone)
                    {
                        return source;
                    }

                    stack.Push((source, 0));
                }
            }
        }

        return null;
    }
}

using ComfyFunc.ComfySim.Nodes;

namespace ComfyFunc.ComfySim.Execution;

/// <summary>Decides which node runs next: ready ones first come, outputs and what stands right before them preferred.</summary>
internal sealed class ExecutionList(PyDict prompt, NodeCatalog catalog, OutputCache cache)
{
    private readonly OrderedDictionary<string, int> pending = [];
    private readonly Dictionary<string, HashSet<string>> blocking = [];

    public bool IsEmpty => pending.Count == 0;

    public void Add(string outputId)
    {
        var open = new Stack<string>([outputId]);
        var links = new List<(string From, string To)>();
        while (open.TryPop(out var nodeId))
        {
            if (!pending.TryAdd(nodeId, 0))
            {
                continue;
            }

            blocking[nodeId] = [];
            foreach (var value in GraphLinks.InputsOf(prompt, nodeId).Values)
            {
                if (!GraphLinks.IsLink(value, out var from, out _) || IsCached(from))
                {
                    continue;
                }

                open.Push(from);
                links.Add((from, nodeId));
            }
        }

        foreach (var (from, to) in links)
        {
            if (blocking[from].Add(to))
            {
                pending[to]++;
            }
        }
    }

    public string Next()
    {
        var ready = pending.Where(p => p.Value == 0).Select(p => p.Key).ToList();
        return ready.Find(IsOutput)
            ?? ready.Find(n => blocking[n].Any(IsOutput))
            ?? ready.Find(n => blocking[n].Any(b => blocking[b].Any(IsOutput)))
            ?? ready[0];
    }

    public void Complete(string nodeId)
    {
        pending.Remove(nodeId);
        foreach (var blocked in blocking[nodeId])
        {
            pending[blocked]--;
        }

        blocking.Remove(nodeId);
    }

    private bool IsCached(string nodeId) => cache.Get(nodeId) is not null;

    private bool IsOutput(string nodeId) => catalog.Find(GraphLinks.ClassOf(prompt, nodeId)) is { IsOutput: true };
}

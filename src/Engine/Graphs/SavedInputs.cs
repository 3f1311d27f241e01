namespace ComfyFunc.Engine.Graphs;

/// <summary>Hands out the inputs that a file lists for an instance, each once.</summary>
internal sealed class SavedInputs
{
    private readonly Dictionary<(string Name, string Type), Queue<int>> exact = [];
    private readonly Dictionary<string, Queue<int>> named = new(StringComparer.Ordinal);
    private readonly HashSet<int> taken = [];

    public SavedInputs(GraphNode node)
    {
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            var (name, type) = (node.Inputs[i].Name, node.Inputs[i].Type);
            Queue(exact, (name, type), i);
            Queue(named, name, i);
        }
    }

    /// <summary>The number of the next input of this name and type; -1 where there is none.</summary>
    public int Take(string name, string type) => exact.GetValueOrDefault((name, type)) is { } queue ? Next(queue) : -1;

    /// <summary>The number of the next input of this name, whatever its type.</summary>
    public int Take(string name) => named.GetValueOrDefault(name) is { } queue ? Next(queue) : -1;

    private static void Queue<TKey>(Dictionary<TKey, Queue<int>> queues, TKey key, int at)
        where TKey : notnull
    {
        if (!queues.TryGetValue(key, out var queue))
        {
            queues[key] = queue = new();
        }

        queue.Enqueue(at);
    }

    private int Next(Queue<int> queue)
    {
        while (queue.TryDequeue(out var at))
        {
            if (taken.Add(at))
            {
                return at;
            }
        }

        return -1;
    }
}

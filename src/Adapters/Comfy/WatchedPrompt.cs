using System.Text.Json;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>What has been heard of one watched prompt; makes one progress of ComfyUI's several kinds of events.</summary>
/// <param name="nodesTotal">0 when it is not known.</param>
/// <param name="pictureNodes">The nodes whose pictures are results, not previews.</param>
internal sealed class WatchedPrompt(int nodesTotal, IHostSocket? socket, long watchedAt, IReadOnlySet<string>? pictureNodes = null)
{
    // Nodes under such ids are there for the host's memory, not for the caller.
    private const string CacheNodes = "comfyfunc:cache:";

    private readonly Dictionary<string, double> nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> cached = new(StringComparer.Ordinal);
    private string? node;
    private int? step;
    private int? steps;
    private double value;

    /// <summary>When its end was last passed on.</summary>
    public DateTimeOffset? EndPassedOnAt { get; set; }

    public int Missed { get; set; }

    /// <summary>A timestamp of the listener's clock.</summary>
    public long WatchedAt => watchedAt;

    /// <summary>The connection that gets its events; none of a prompt that was found, not submitted.</summary>
    public IHostSocket? Socket => socket;

    public PromptProgress Started() => Progress();

    /// <summary>It is in the queue, even if it was missed before: a slow submit arrives after the first looks.</summary>
    public void Found() => (Missed, EndPassedOnAt) = (0, null);

    /// <summary>The node, of those whose pictures are results, that a picture came from.</summary>
    /// <param name="named">What the frame says; older servers say nothing, and it is the node that executes.</param>
    public string? PictureNode(IReadOnlyList<string> named) =>
        pictureNodes is null ? null : (named.Count > 0 ? named : node is null ? [] : [node]).FirstOrDefault(pictureNodes.Contains);

    public PromptProgress Cached(IEnumerable<string> ids)
    {
        cached.UnionWith(ids.Where(IsCounted));
        return Progress();
    }

    public PromptProgress Executing(string id)
    {
        if (node is not null && node != id)
        {
            Set(node, 1);
        }

        (node, step, steps) = (id, null, null);
        return Progress();
    }

    public PromptProgress Step(string? id, double done, double max)
    {
        node = id ?? node;
        (step, steps) = (Count(done), Count(max));
        if (node is not null && max > 0)
        {
            Set(node, Math.Clamp(done / max, 0, 1));
        }

        return Progress();
    }

    public PromptProgress States(JsonElement states)
    {
        foreach (var state in states.Members().Where(s => s.Value.ValueKind is JsonValueKind.Object))
        {
            var done = state.Value.Number("value") ?? 0;
            var max = state.Value.Number("max") ?? 0;
            var isDone = state.Value.Text("state") == "finished";
            Set(state.Name, isDone ? 1 : max > 0 ? Math.Clamp(done / max, 0, 0.999) : 0);
            if (!isDone)
            {
                node = state.Name;
                (step, steps) = max > 1 ? ((int?)Count(done), (int?)Count(max)) : (null, null);
            }
        }

        return Progress();
    }

    private void Set(string id, double share)
    {
        if (IsCounted(id))
        {
            nodes[id] = share;
            cached.Remove(id); // It executes all the same.
        }
    }

    // Only what really has to execute is waited for. What is not known to have an end never seems to be there.
    private PromptProgress Progress()
    {
        var total = Math.Max(nodesTotal, nodes.Count + cached.Count);
        var toExecute = nodesTotal == 0 ? nodes.Count + 1 : total - cached.Count;
        value = Math.Max(value, toExecute == 0 ? 1 : Math.Clamp(nodes.Values.Sum() / toExecute, 0, 1));
        return new(value, nodes.Values.Count(v => v >= 1) + cached.Count, total,
            node is not null && IsCounted(node) ? node : null, step, steps);
    }

    private static bool IsCounted(string id) => !id.StartsWith(CacheNodes, StringComparison.Ordinal);

    private static int Count(double number) => (int)Math.Clamp(number, 0, int.MaxValue);
}

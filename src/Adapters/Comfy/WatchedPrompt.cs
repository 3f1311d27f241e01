using System.Text.Json;

namespace ComfyFunc.Comfy;

/// <summary>What has been heard of one watched prompt; makes one progress of ComfyUI's several kinds of events.</summary>
internal sealed class WatchedPrompt(int nodesTotal, IHostSocket? socket, long watchedAt)
{
    private readonly Dictionary<string, double> nodes = new(StringComparer.Ordinal);
    private string? node;
    private int? step;
    private int? steps;

    public bool HasBegun { get; private set; }

    /// <summary>When its end was last passed on.</summary>
    public DateTimeOffset? EndPassedOnAt { get; set; }

    public int Missed { get; set; }

    /// <summary>A timestamp of the listener's clock.</summary>
    public long WatchedAt => watchedAt;

    /// <summary>The connection that gets its events; none of a prompt that was found, not submitted.</summary>
    public IHostSocket? Socket => socket;

    public PromptProgress Started()
    {
        HasBegun = true;
        return Progress();
    }

    /// <summary>It is in the queue, even if it was missed before: a slow submit arrives after the first looks.</summary>
    public void Found() => (Missed, EndPassedOnAt) = (0, null);

    public PromptProgress Cached(JsonElement data)
    {
        foreach (var id in data.TryGetProperty("nodes", out var cached) && cached.ValueKind is JsonValueKind.Array ? cached.EnumerateArray() : default)
        {
            if (id.ValueKind is JsonValueKind.String)
            {
                nodes[id.GetString()!] = 1; // A string is never null.
            }
        }

        return Progress();
    }

    public PromptProgress Executing(string id)
    {
        HasBegun = true;
        if (node is not null && node != id)
        {
            nodes[node] = 1;
        }

        (node, step, steps) = (id, null, null);
        return Progress();
    }

    public PromptProgress Step(string? id, double value, double max)
    {
        HasBegun = true;
        node = id ?? node;
        (step, steps) = ((int)value, (int)max);
        if (node is not null && max > 0)
        {
            nodes[node] = Math.Clamp(value / max, 0, 1);
        }

        return Progress();
    }

    public PromptProgress States(JsonElement states)
    {
        HasBegun = true;
        foreach (var state in states.EnumerateObject().Where(s => s.Value.ValueKind is JsonValueKind.Object))
        {
            var value = Number(state.Value, "value");
            var max = Number(state.Value, "max");
            var isDone = state.Value.TryGetProperty("state", out var s) && s.ValueKind is JsonValueKind.String && s.ValueEquals("finished");
            nodes[state.Name] = isDone ? 1 : max > 0 ? Math.Clamp(value / max, 0, 0.999) : 0;
            if (!isDone)
            {
                node = state.Name;
                (step, steps) = max > 1 ? ((int?)value, (int?)max) : (null, null);
            }
        }

        return Progress();
    }

    private PromptProgress Progress()
    {
        var total = Math.Max(nodesTotal, nodes.Count);
        return new(total == 0 ? 0 : Math.Clamp(nodes.Values.Sum() / total, 0, 1), nodes.Values.Count(v => v >= 1), total, node, step, steps);
    }

    private static double Number(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.Number ? member.GetDouble() : 0;
}

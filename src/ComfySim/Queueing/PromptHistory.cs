namespace ComfyFunc.ComfySim.Queueing;

/// <summary>What finished prompts left: the newest ten thousand, in memory, by prompt id.</summary>
internal sealed class PromptHistory
{
    private const int MaxEntries = 10_000;

    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, PyDict> entries = [];

    public void Add(string promptId, PyDict entry)
    {
        lock (gate)
        {
            if (entries.Count > MaxEntries)
            {
                entries.RemoveAt(0);
            }

            entries[promptId] = entry;
        }
    }

    public PyDict Get(string promptId)
    {
        lock (gate)
        {
            return entries.TryGetValue(promptId, out var entry) ? new PyDict { [promptId] = entry } : [];
        }
    }

    public PyDict List(int? maxItems, int offset)
    {
        var list = new PyDict();
        lock (gate)
        {
            var first = offset < 0 && maxItems is { } newest ? entries.Count - newest : offset;
            for (var i = Math.Max(first, 0); i < entries.Count; i++)
            {
                var (id, entry) = entries.GetAt(i);
                list[id] = entry;
                if (list.Count >= maxItems)
                {
                    break;
                }
            }
        }

        return list;
    }

    public void Delete(string promptId)
    {
        lock (gate)
        {
            entries.Remove(promptId);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            entries.Clear();
        }
    }
}

using ComfyFunc.ComfySim.Python;

namespace ComfyFunc.ComfySim.Queueing;

/// <summary>Python's <c>heapq</c> over prompt tuples, with its surprise: two items of equal number and id cannot be compared.</summary>
internal sealed class PromptHeap
{
    private readonly List<PromptItem> items = [];

    /// <summary>Heap order, which is not run order.</summary>
    public IReadOnlyList<PromptItem> Items => items;

    /// <summary>The item is in the heap even when this throws.</summary>
    public void Push(PromptItem item)
    {
        items.Add(item);
        SiftDown(0, items.Count - 1);
    }

    /// <summary>The lowest item is gone even when this throws.</summary>
    public PromptItem Pop()
    {
        var last = items[^1];
        items.RemoveAt(items.Count - 1);
        if (items.Count == 0)
        {
            return last;
        }

        var lowest = items[0];
        items[0] = last;
        SiftUp(0);
        return lowest;
    }

    public bool RemoveFirst(object? promptId)
    {
        var index = items.FindIndex(i => Py.Equals(i.PromptId, promptId));
        if (index < 0)
        {
            return false;
        }

        items.RemoveAt(index);
        for (var i = (items.Count / 2) - 1; i >= 0; i--)
        {
            SiftUp(i);
        }

        return true;
    }

    public void Clear() => items.Clear();

    private void SiftDown(int start, int position)
    {
        while (position > start)
        {
            var parent = (position - 1) >> 1;
            if (!IsLess(items[position], items[parent]))
            {
                return;
            }

            (items[position], items[parent]) = (items[parent], items[position]);
            position = parent;
        }
    }

    private void SiftUp(int position)
    {
        var start = position;
        while (position < items.Count / 2)
        {
            var child = (2 * position) + 1;
            if (child + 1 < items.Count && !IsLess(items[child], items[child + 1]))
            {
                child++;
            }

            (items[position], items[child]) = (items[child], items[position]);
            position = child;
        }

        SiftDown(start, position);
    }

    private static bool IsLess(PromptItem a, PromptItem b)
    {
        if (!Py.Equals(a.Number, b.Number))
        {
            return Py.Compare(a.Number, b.Number) < 0;
        }

        if (a.PromptId != b.PromptId)
        {
            return string.CompareOrdinal(a.PromptId, b.PromptId) < 0;
        }

        return Py.Equals(a.Prompt, b.Prompt) && Py.Equals(a.ExtraData, b.ExtraData)
            ? false
            : throw PythonException.TypeError("'<' not supported between instances of 'dict' and 'dict'");
    }
}

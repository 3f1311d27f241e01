using System.Collections;

namespace ComfyFunc.Tests.Telemetry;

/// <summary>A list that is added to while it is read.</summary>
internal sealed class LockedList<T> : ICollection<T>
{
    private readonly List<T> items = [];

    public int Count => ToArray().Length;

    public bool IsReadOnly => false;

    public void Add(T item)
    {
        lock (items)
        {
            items.Add(item);
        }
    }

    public T[] ToArray()
    {
        lock (items)
        {
            return [.. items];
        }
    }

    public void Clear()
    {
        lock (items)
        {
            items.Clear();
        }
    }

    public bool Contains(T item) => ToArray().Contains(item);

    public void CopyTo(T[] array, int arrayIndex) => ToArray().CopyTo(array, arrayIndex);

    public bool Remove(T item) => throw new NotSupportedException();

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Collections.Concurrent;

namespace ComfyFunc.Server.Kit;

/// <summary>Does something for each of many, so many at a time. It asks no thread for itself, as virtual time in tests wants it.</summary>
public static class FewAtOnce
{
    public static Task ForEachAsync<T>(IEnumerable<T> all, int most, Func<T, Task> act)
    {
        var left = new ConcurrentQueue<T>(all);
        return Task.WhenAll(Enumerable.Range(0, Math.Min(most, left.Count)).Select(_ => WorkAsync(left, act)));
    }

    private static async Task WorkAsync<T>(ConcurrentQueue<T> left, Func<T, Task> act)
    {
        while (left.TryDequeue(out var next))
        {
            await act(next);
        }
    }
}

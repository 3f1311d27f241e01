using ComfyFunc.Engine;

namespace ComfyFunc.Server.Runs;

/// <summary>
/// Files that this process has just stored and that somebody here waits to have in an answer, so that they need not be read from storage
/// again. They are held as long as somebody waits, and no longer.
/// </summary>
public sealed class AwaitedFiles
{
    /// <summary>Longer files are read again.</summary>
    public const int LongestFile = 16 << 20;

    /// <summary>Of all runs together.</summary>
    internal const long MostBytes = 64 << 20;

    private readonly Dictionary<RunId, Entry> awaited = [];
    private long held;

    internal long Held => Interlocked.Read(ref held);

    public bool Has(RunId run)
    {
        lock (awaited)
        {
            return awaited.ContainsKey(run);
        }
    }

    /// <summary>Begins to wait for a run's files.</summary>
    public IDisposable Await(RunId run)
    {
        lock (awaited)
        {
            if (!awaited.TryGetValue(run, out var entry))
            {
                awaited[run] = entry = new();
            }

            entry.Users++;
            return new Wait(this, run);
        }
    }

    /// <summary>Holds a file for those who wait; where there is no room for it, they read it from storage.</summary>
    /// <param name="content">Nobody changes it any more.</param>
    public void Keep(RunId run, string blob, ReadOnlyMemory<byte> content)
    {
        lock (awaited)
        {
            if (awaited.TryGetValue(run, out var entry) && held + content.Length <= MostBytes && entry.Files.TryAdd(blob, content))
            {
                held += content.Length;
            }
        }
    }

    public ReadOnlyMemory<byte>? Find(RunId run, string blob)
    {
        lock (awaited)
        {
            return awaited.TryGetValue(run, out var entry) && entry.Files.TryGetValue(blob, out var content)
                ? content : default(ReadOnlyMemory<byte>?); // A plain null would become an empty file.
        }
    }

    private void Leave(RunId run)
    {
        lock (awaited)
        {
            if (awaited.TryGetValue(run, out var entry) && --entry.Users == 0)
            {
                awaited.Remove(run);
                held -= entry.Files.Values.Sum(f => (long)f.Length);
            }
        }
    }

    private sealed class Entry
    {
        public Dictionary<string, ReadOnlyMemory<byte>> Files { get; } = new(StringComparer.Ordinal);

        public int Users { get; set; }
    }

    private sealed class Wait(AwaitedFiles files, RunId run) : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0)
            {
                files.Leave(run);
            }
        }
    }
}

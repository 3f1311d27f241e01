using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>The lines of one client and priority. They are opened the oldest first, and as far as somebody wants to look at them.</summary>
internal sealed class Party(PartyKey key, ImmutableSortedSet<WaitingRun> heads, WaitingQueue waiting, IReadOnlySet<RunId> leftOut,
    DateTimeOffset now, int desks)
{
    private int next;

    public PartyKey Key => key;

    public List<Line> Open { get; } = [];

    /// <summary>
    /// How long the head of the next closed line has waited, and nobody behind it longer; <see langword="null"/> when all are open.
    /// </summary>
    public double? WaitedSeconds => next < heads.Count ? Math.Max(0, (now - heads[next].Since).TotalSeconds) : null;

    public static Party[] Of(WaitingQueue waiting, IReadOnlySet<RunId> leftOut, DateTimeOffset now, int desks) =>
        [.. waiting.Heads.Select(h => new Party(h.Key, h.Value, waiting, leftOut, now, desks))];

    /// <summary>Opens the next line; there is one.</summary>
    public Line OpenNext()
    {
        var line = new Line(waiting.Lines[WaitingQueue.KeyOf(heads[next++])], leftOut, now, desks);
        Open.Add(line);
        return line;
    }
}

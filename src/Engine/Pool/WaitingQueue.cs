using System.Collections;
using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// The queue in the order that the scheduler wants it in: runs that differ in nothing but their age stand in one line. A run that comes or
/// goes changes its line alone, so a long queue costs no more than a short one.
/// </summary>
public sealed class WaitingQueue : IReadOnlyCollection<WaitingRun>
{
    private readonly ImmutableDictionary<RunId, WaitingRun> runs;
    private readonly ImmutableSortedDictionary<LineKey, ImmutableSortedSet<WaitingRun>> lines;

    private WaitingQueue(ImmutableDictionary<RunId, WaitingRun> runs,
        ImmutableSortedDictionary<LineKey, ImmutableSortedSet<WaitingRun>> lines) =>
        (this.runs, this.lines) = (runs, lines);

    public static WaitingQueue Empty { get; } = new(
        ImmutableDictionary<RunId, WaitingRun>.Empty,
        ImmutableSortedDictionary.Create<LineKey, ImmutableSortedSet<WaitingRun>>(LineKey.Order));

    public int Count => runs.Count;

    /// <summary>Each line, the oldest run first.</summary>
    public ImmutableSortedDictionary<LineKey, ImmutableSortedSet<WaitingRun>> Lines => lines;

    public static WaitingQueue Of(IEnumerable<WaitingRun> waiting)
    {
        var all = waiting.ToArray();
        return new(
            all.ToImmutableDictionary(r => r.Run),
            all.GroupBy(KeyOf).ToImmutableSortedDictionary(g => g.Key, g => g.ToImmutableSortedSet(ByAge.Order), LineKey.Order));
    }

    public static LineKey KeyOf(WaitingRun run) => new(
        run.Priority, run.Client, run.Work.Name, run.Work.Needs.Key, run.Work.Demands.Key, run.Placement.Key,
        string.Join(',', run.Work.Pinned));

    public WaitingRun? Find(RunId id) => runs.GetValueOrDefault(id);

    /// <summary>With this run, in place of what was known of it.</summary>
    public WaitingQueue With(WaitingRun run)
    {
        var others = Without(run.Run);
        var key = KeyOf(run);
        var line = others.lines.TryGetValue(key, out var there) ? there : ImmutableSortedSet.Create<WaitingRun>(ByAge.Order);
        return new(others.runs.Add(run.Run, run), others.lines.SetItem(key, line.Add(run)));
    }

    public WaitingQueue Without(RunId id)
    {
        if (Find(id) is not { } run)
        {
            return this;
        }

        var key = KeyOf(run);
        var line = lines[key].Remove(run);
        return new(runs.Remove(id), line.IsEmpty ? lines.Remove(key) : lines.SetItem(key, line));
    }

    /// <summary>
    /// How many runs wait before this one, as far as priority and age decide; <see langword="null"/> when it is not in the queue.
    /// </summary>
    public int? PositionOf(RunId id) => Find(id) is not { } run ? null : lines.Sum(l =>
        l.Key.Priority > run.Priority ? l.Value.Count
        : l.Key.Priority < run.Priority ? 0
        : Before(run, l.Value));

    /// <summary>The next runs by priority and age.</summary>
    /// <param name="isMeant">Of which lines.</param>
    public IEnumerable<WaitingRun> First(int most, Func<LineKey, bool> isMeant) => lines.Where(l => isMeant(l.Key))
        .SelectMany(l => l.Value.Take(most)).OrderByDescending(r => r.Priority).ThenBy(r => r, ByAge.Order).Take(most);

    /// <summary>Those that are meant for one host: its warm-ups.</summary>
    public WaitingQueue MeantForOneHost() => Of(lines.Values.Where(l => l[0].Work.Demands.Host is not null).SelectMany(l => l));

    public IEnumerator<WaitingRun> GetEnumerator() => lines.SelectMany(l => l.Value).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // A set answers the complement of the place where a run would stand.
    private static int Before(WaitingRun run, ImmutableSortedSet<WaitingRun> line)
    {
        var index = line.IndexOf(run);
        return index >= 0 ? index : ~index;
    }

    private sealed class ByAge : IComparer<WaitingRun>
    {
        public static ByAge Order { get; } = new();

        // A set holds no null.
        public int Compare(WaitingRun? x, WaitingRun? y) =>
            x!.Since.CompareTo(y!.Since) is var byAge and not 0 ? byAge : string.CompareOrdinal(x.Run.Value, y.Run.Value);
    }
}

/// <summary>What runs of one line have in common.</summary>
public sealed record LineKey(int Priority, string Client, string Work, string Needs, string Demands, string Placement, string Pinned)
{
    /// <summary>The same everywhere, so that a plan over the same rows is the same plan.</summary>
    public static IComparer<LineKey> Order { get; } = Comparer<LineKey>.Create(Compare);

    private static int Compare(LineKey a, LineKey b)
    {
        var order = a.Priority.CompareTo(b.Priority);
        order = order != 0 ? order : string.CompareOrdinal(a.Client, b.Client);
        order = order != 0 ? order : string.CompareOrdinal(a.Work, b.Work);
        order = order != 0 ? order : string.CompareOrdinal(a.Needs, b.Needs);
        order = order != 0 ? order : string.CompareOrdinal(a.Demands, b.Demands);
        order = order != 0 ? order : string.CompareOrdinal(a.Placement, b.Placement);
        return order != 0 ? order : string.CompareOrdinal(a.Pinned, b.Pinned);
    }
}

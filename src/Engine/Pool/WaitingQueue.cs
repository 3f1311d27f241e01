using System.Collections;
using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// The queue in the orders that the scheduler wants it in: runs that differ in nothing but their age stand in one line, and the heads of a
/// client's lines by their age. A run that comes or goes changes its places alone, so a long queue costs no more than a short one, even
/// where no two runs are alike.
/// </summary>
public sealed class WaitingQueue : IReadOnlyCollection<WaitingRun>
{
    private static readonly ImmutableSortedSet<WaitingRun> Nobody = ImmutableSortedSet.Create<WaitingRun>(ByAge.Order);

    private readonly ImmutableDictionary<RunId, WaitingRun> runs;
    private readonly ImmutableSortedDictionary<LineKey, ImmutableSortedSet<WaitingRun>> lines;
    private readonly ImmutableSortedDictionary<PartyKey, ImmutableSortedSet<WaitingRun>> heads;
    private readonly ImmutableSortedSet<WaitingRun> order;
    private readonly ImmutableDictionary<string, ModelDemand> models;

    private WaitingQueue(ImmutableDictionary<RunId, WaitingRun> runs,
        ImmutableSortedDictionary<LineKey, ImmutableSortedSet<WaitingRun>> lines,
        ImmutableSortedDictionary<PartyKey, ImmutableSortedSet<WaitingRun>> heads, ImmutableSortedSet<WaitingRun> order,
        ImmutableDictionary<string, ModelDemand> models) =>
        (this.runs, this.lines, this.heads, this.order, this.models) = (runs, lines, heads, order, models);

    public static WaitingQueue Empty { get; } = new(
        ImmutableDictionary<RunId, WaitingRun>.Empty,
        ImmutableSortedDictionary.Create<LineKey, ImmutableSortedSet<WaitingRun>>(LineKey.Order),
        ImmutableSortedDictionary.Create<PartyKey, ImmutableSortedSet<WaitingRun>>(PartyKey.Order),
        ImmutableSortedSet.Create<WaitingRun>(ByPriority.Order),
        ImmutableDictionary.Create<string, ModelDemand>(StringComparer.Ordinal));

    public int Count => runs.Count;

    /// <summary>Each line, the oldest run first.</summary>
    public ImmutableSortedDictionary<LineKey, ImmutableSortedSet<WaitingRun>> Lines => lines;

    /// <summary>The heads of the lines of each client and priority, the oldest first.</summary>
    internal ImmutableSortedDictionary<PartyKey, ImmutableSortedSet<WaitingRun>> Heads => heads;

    /// <summary>How many runs want which models, by <see cref="ModelDemand.KeyOf"/>.</summary>
    internal ImmutableDictionary<string, ModelDemand> Models => models;

    public static WaitingQueue Of(IEnumerable<WaitingRun> waiting) => waiting.Aggregate(Empty, (queue, run) => queue.With(run));

    public static LineKey KeyOf(WaitingRun run) => new(
        run.Priority, run.Client, run.Work.Name, run.Work.Needs.Key, run.Work.Demands.Key, run.Placement.Key,
        string.Join(',', run.Work.Pinned));

    public WaitingRun? Find(RunId id) => runs.GetValueOrDefault(id);

    /// <summary>With this run, in place of what was known of it.</summary>
    public WaitingQueue With(WaitingRun run)
    {
        var others = Without(run.Run);
        return others.Change(run, others.runs.Add(run.Run, run), others.order.Add(run), +1);
    }

    public WaitingQueue Without(RunId id) =>
        Find(id) is { } run ? Change(run, runs.Remove(id), order.Remove(run), -1) : this;

    /// <summary>
    /// How many runs wait before this one, as far as priority and age decide; <see langword="null"/> when it is not in the queue.
    /// </summary>
    public int? PositionOf(RunId id) => Find(id) is { } run ? order.IndexOf(run) : null;

    /// <summary>The next runs by priority and age.</summary>
    /// <param name="isMeant">Which of them.</param>
    public IEnumerable<WaitingRun> First(int most, Func<WaitingRun, bool> isMeant) => order.Where(isMeant).Take(most);

    /// <summary>Those that are meant for one host: its warm-ups.</summary>
    public WaitingQueue MeantForOneHost() => Of(lines.Values.Where(l => l[0].Work.Demands.Host is not null).SelectMany(l => l));

    public IEnumerator<WaitingRun> GetEnumerator() => lines.SelectMany(l => l.Value).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private WaitingQueue Change(WaitingRun run, ImmutableDictionary<RunId, WaitingRun> allRuns, ImmutableSortedSet<WaitingRun> inOrder,
        int by)
    {
        var key = KeyOf(run);
        var before = lines.GetValueOrDefault(key, Nobody);
        var after = by > 0 ? before.Add(run) : before.Remove(run);
        return new(allRuns, after.IsEmpty ? lines.Remove(key) : lines.SetItem(key, after),
            HeadsWith(PartyKey.Of(run), before.IsEmpty ? null : before[0], after.IsEmpty ? null : after[0]), inOrder,
            ModelsWith(run.Work, by));
    }

    private ImmutableSortedDictionary<PartyKey, ImmutableSortedSet<WaitingRun>> HeadsWith(PartyKey party, WaitingRun? before,
        WaitingRun? after)
    {
        if (ReferenceEquals(before, after))
        {
            return heads;
        }

        var changed = heads.GetValueOrDefault(party, Nobody);
        changed = before is null ? changed : changed.Remove(before);
        changed = after is null ? changed : changed.Add(after);
        return changed.IsEmpty ? heads.Remove(party) : heads.SetItem(party, changed);
    }

    private ImmutableDictionary<string, ModelDemand> ModelsWith(Workload work, int by)
    {
        if (work.Models.IsEmpty)
        {
            return models;
        }

        var key = ModelDemand.KeyOf(work);
        var count = (models.TryGetValue(key, out var known) ? known.Count : 0) + by;
        return count == 0 ? models.Remove(key) : models.SetItem(key, new(work.Models, count));
    }

    private sealed class ByAge : IComparer<WaitingRun>
    {
        public static ByAge Order { get; } = new();

        // A set holds no null.
        public int Compare(WaitingRun? x, WaitingRun? y) =>
            x!.Since.CompareTo(y!.Since) is var byAge and not 0 ? byAge : string.CompareOrdinal(x.Run.Value, y.Run.Value);
    }

    private sealed class ByPriority : IComparer<WaitingRun>
    {
        public static ByPriority Order { get; } = new();

        public int Compare(WaitingRun? x, WaitingRun? y) =>
            y!.Priority.CompareTo(x!.Priority) is var byPriority and not 0 ? byPriority : ByAge.Order.Compare(x, y);
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

/// <summary>Whose lines they are, and of which priority: between those only age and cost decide.</summary>
internal readonly record struct PartyKey(string Client, int Priority)
{
    public static IComparer<PartyKey> Order { get; } = Comparer<PartyKey>.Create((a, b) =>
        string.CompareOrdinal(a.Client, b.Client) is var byClient and not 0 ? byClient : a.Priority.CompareTo(b.Priority));

    public static PartyKey Of(WaitingRun run) => new(run.Client, run.Priority);
}

/// <summary>How many runs want the same models.</summary>
internal readonly record struct ModelDemand(ImmutableArray<ModelFile> Models, int Count)
{
    public static string KeyOf(Workload work) => string.Join('\n', work.Models.Select(m => m.Name));
}

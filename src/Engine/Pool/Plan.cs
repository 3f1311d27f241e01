using System.Collections.Immutable;

namespace ComfyFunc.Pool;

/// <summary>One round of planning over the pool as it is now: takes the best pair of waiting run and open host, again and again.</summary>
internal sealed class Plan(IReadOnlyCollection<PoolHost> pool, Capability capable, DateTimeOffset now)
{
    private const double SecondsPerRank = 60;

    private readonly Estimates estimates = new(pool);
    private readonly Desk[] desks = [.. pool.Where(h => h.OpenSlots(now) > 0).OrderBy(h => h.Id.Value, StringComparer.Ordinal).Select(h => new Desk(h, now))];
    private readonly Shares shares = new(pool, now);
    private readonly Dictionary<string, Unproven?> unproven = new(StringComparer.Ordinal);

    public ImmutableArray<Assignment> Carry(IEnumerable<WaitingRun> waiting)
    {
        var plan = ImmutableArray.CreateBuilder<Assignment>();
        var lines = desks.Length == 0 ? [] : Line.Of(waiting, now);
        while (desks.Any(d => d.Open > 0) && Best(lines) is { } line)
        {
            var desk = line.Best!; // Best(lines) returns lines that have one.
            var given = Give(line, desk);
            plan.Add(given);
            foreach (var other in lines)
            {
                other.Changed(desk, mustLook: other.Head?.Work.Name == given.Slot.Work && UnprovenOf(given.Slot.Work) is not null);
            }
        }

        return plan.ToImmutable();
    }

    private Line? Best(List<Line> lines)
    {
        Line? best = null;
        foreach (var line in lines)
        {
            if (line.Head is { } run && line.BestDesk(() => Find(run, line)) is not null && (best is null || IsBefore(line, best)))
            {
                best = line;
            }
        }

        return best;
    }

    private bool IsBefore(Line a, Line b)
    {
        var byPriority = RankOf(b).CompareTo(RankOf(a));
        var byShare = byPriority != 0 ? byPriority : shares.Of(a.Client).CompareTo(shares.Of(b.Client));
        var byCost = byShare != 0 ? byShare : (a.Cost - a.WaitedSeconds).CompareTo(b.Cost - b.WaitedSeconds);
        return byCost != 0 ? byCost < 0 : string.CompareOrdinal(a.Head!.Run.Value, b.Head!.Run.Value) < 0; // Both have a head, or they were not compared.
    }

    // The priority, and one more for each minute in which nothing of this client and priority was served, so that nothing starves. A client that is
    // served all the time gains nothing by having asked for much: between clients of one rank the one that had least of the pool is next.
    private int RankOf(Line line)
    {
        var since = shares.ServedAt(line.Client, line.Priority);
        return line.Priority + (int)(Math.Max(0, Math.Min((now - since).TotalSeconds, line.WaitedSeconds)) / SecondsPerRank);
    }

    private Assignment Give(Line line, Desk desk)
    {
        var run = line.Take();
        var work = run.Work;
        var slot = new HeldSlot(run.Run, run.Placement.Attempt, now)
        {
            Work = work.Name,
            Inputs = work.Inputs,
            Client = run.Client,
            Priority = run.Priority,
            Models = [.. work.Models.Select(m => m.Name)],
            Loads = [.. work.Models.Where(m => desk.Host.Residency.AgeOf(m.Name) is null).Select(m => m.Name)],
            ExpectedSeconds = Math.Round(estimates.LoadSeconds(work, desk.Host) + estimates.ExecutionSeconds(work.Name, desk.Host), 3),
        };
        var given = new Assignment(desk.Host.Id, slot, work.Pinned, desk.Host.Leases.Length);
        desk.Take(slot, work.Pinned);
        shares.Add(run.Client, run.Priority, slot.ExpectedSeconds, now);
        UnprovenOf(work.Name)?.Hosts.Add(desk.Host.Id);
        return given;
    }

    private void Find(WaitingRun run, Line line)
    {
        Desk? best = null;
        foreach (var desk in desks)
        {
            if (CanTake(run, desk, line) && line.CostOn(desk, estimates) is var cost && (best is null || IsBetter(cost, desk, line.CostOn(best, estimates), best, run)))
            {
                best = desk;
            }
        }

        line.Found(best, best is null ? 0 : best.Backlog + estimates.LoadCost(run.Work, best.Host));
    }

    private bool CanTake(WaitingRun run, Desk desk, Line line) =>
        desk.Open > 0
        && (!desk.TakesOnlyItsOwn || run.Work.Demands.Host == desk.Host.Id)
        && line.Fits(desk, () => Feasibility.Of(run, desk.Host, pool, capable) is Unfitness.None)
        && (UnprovenOf(run.Work.Name) is not { } known || known.MayUse(desk.Host.Id));

    // Equal within a tenth of a second: then the host that used the model last, then one with little to lose, then the one that rested longest.
    private static bool IsBetter(double cost, Desk desk, double bestCost, Desk best, WaitingRun run)
    {
        var order = Math.Round(cost, 1).CompareTo(Math.Round(bestCost, 1));
        order = order != 0 ? order : AgeOf(run, desk).CompareTo(AgeOf(run, best));
        order = order != 0 ? order : desk.Host.Residency.Sets.Length.CompareTo(best.Host.Residency.Sets.Length);
        order = order != 0 ? order : desk.LastLent.CompareTo(best.LastLent);
        return order < 0;
    }

    private static int AgeOf(WaitingRun run, Desk desk) =>
        run.Work.Models.IsEmpty ? 0 : run.Work.Models.Max(m => desk.Host.Residency.AgeOf(m.Name) ?? int.MaxValue);

    // Until a version has ended well once, it may be one that takes its host down: no more hosts than it may take are put at its mercy.
    private Unproven? UnprovenOf(string? work)
    {
        if (work is null)
        {
            return null;
        }

        if (!unproven.TryGetValue(work, out var known))
        {
            unproven[work] = known = estimates.IsProven(work)
                ? null
                : new Unproven([.. Poison.HostsLostTo(work, pool, now), .. pool.Where(h => h.Leases.Any(l => l.Work == work)).Select(h => h.Id)], Poison.HostsLostTo(work, pool, now));
        }

        return known;
    }

    private sealed class Unproven(HashSet<HostId> hosts, ImmutableHashSet<HostId> lost)
    {
        public HashSet<HostId> Hosts => hosts;

        public bool MayUse(HostId host) => (hosts.Count < Poison.MaxHosts || hosts.Contains(host)) && !lost.Contains(host);
    }
}

/// <summary>An open host while a plan is made.</summary>
internal sealed class Desk(PoolHost host, DateTimeOffset now)
{
    // A run that proves a quarantined host may cost its caller some time: other hosts go first unless they are busy.
    private const double TrialSeconds = 15;

    public PoolHost Host { get; private set; } = host;

    public int Open { get; private set; } = host.OpenSlots(now);

    public double Backlog { get; private set; } = host.BacklogSeconds(now) + (host.IsOnTrial(now) ? TrialSeconds : 0);

    /// <summary>A host that warms up, or proves itself by its warm-up, takes no calls meanwhile.</summary>
    public bool TakesOnlyItsOwn { get; } = host.Status is HostStatus.WarmingUp || (host.WarmUp is not null && host.IsOnTrial(now));

    /// <summary>So that work spreads over hosts that are equal.</summary>
    public DateTimeOffset LastLent => Host.Leases.IsEmpty ? DateTimeOffset.MinValue : Host.Leases[^1].At;

    public void Take(HeldSlot slot, ImmutableArray<string> pinned)
    {
        Host = Host.Lend(slot, pinned);
        Open--;
        Backlog += slot.ExpectedSeconds;
    }
}

/// <summary>Waiting runs that differ in nothing but their age: one look at the hosts does for all of them.</summary>
internal sealed class Line
{
    private readonly Queue<WaitingRun> runs;
    private readonly Dictionary<Desk, bool> fits = [];
    private readonly DateTimeOffset now;
    private bool isKnown;

    private Line(IEnumerable<WaitingRun> alike, DateTimeOffset now)
    {
        runs = new(alike.OrderBy(r => r.Since).ThenBy(r => r.Run.Value, StringComparer.Ordinal));
        this.now = now;
    }

    public WaitingRun? Head => runs.TryPeek(out var run) ? run : null;

    public string Client => Head?.Client ?? "";

    public double WaitedSeconds => Head is { } run ? Math.Max(0, (now - run.Since).TotalSeconds) : 0;

    public int Priority => Head?.Priority ?? 0;

    public Desk? Best { get; private set; }

    /// <summary>What stands between the run and its execution there. How long it executes is no reason to let it wait.</summary>
    public double Cost { get; private set; }

    public static List<Line> Of(IEnumerable<WaitingRun> waiting, DateTimeOffset now) =>
        [.. waiting.GroupBy(r => (r.Client, r.Priority, r.Work.Name, r.Work.Needs.Key, r.Work.Demands.Key, r.Placement.Key, string.Join(',', r.Work.Pinned))).Select(g => new Line(g, now))];

    public Desk? BestDesk(Action find)
    {
        if (!isKnown)
        {
            find();
            isKnown = true;
        }

        return Best;
    }

    public void Found(Desk? best, double cost) => (Best, Cost) = (best, cost);

    /// <summary>A desk has taken a run. Its backlog grew, and models that it holds now may make it the best for others.</summary>
    public void Changed(Desk desk, bool mustLook) => isKnown &= Best is null || (!mustLook && Best != desk && !SharesModels(desk));

    public WaitingRun Take()
    {
        isKnown = false;
        return runs.Dequeue();
    }

    public bool Fits(Desk desk, Func<bool> look) => fits.TryGetValue(desk, out var known) ? known : fits[desk] = look();

    public double CostOn(Desk desk, Estimates estimates) =>
        Head is { } run ? desk.Backlog + estimates.LoadCost(run.Work, desk.Host) + estimates.ExecutionSeconds(run.Work.Name, desk.Host) : 0;

    private bool SharesModels(Desk desk) => Head is { } run && run.Work.Models.Any(m => desk.Host.Residency.AgeOf(m.Name) == 0);
}

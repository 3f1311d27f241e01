using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// One round of planning over the pool as it is now: takes the best pair of waiting run and host, again and again. Full hosts take part, so
/// that a run can be held back for one that will end it sooner than an open one would.
/// </summary>
internal sealed class Plan
{
    // A run is held back for a host that is full only if that is expected to end it sooner by this much, and only for so long: a slot in
    // hand is certain. What stands behind the numbers: docs/decisions/scheduler-constants.md.
    private const double HoldSeconds = 0.5;
    private const double LongestHoldSeconds = 30;

    // What pushing out a model is charged that no other host holds, and for how long after its last use: half the time nobody will ask for
    // it. Measured with those above.
    private const double EvictionWeight = 0.5;
    private const double EvictionMemorySeconds = 60;

    private readonly IReadOnlyCollection<PoolHost> pool;
    private readonly Capability capable;
    private readonly DateTimeOffset now;
    private readonly Desk[] desks;
    private readonly Estimates estimates;
    private readonly Shares shares;
    private readonly bool isForesight;
    private readonly Dictionary<string, int> holders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double[]> executions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Unproven?> unproven = new(StringComparer.Ordinal);

    /// <param name="isForesight">Whether full hosts are given runs too, as if every run were to be placed at once.</param>
    public Plan(IReadOnlyCollection<PoolHost> pool, Capability capable, DateTimeOffset now, bool isForesight = false)
    {
        (this.pool, this.capable, this.now, this.isForesight) = (pool, capable, now, isForesight);
        estimates = new(pool);
        shares = new(pool, now);
        desks = [.. pool.Where(h => h.OpenSlots(now) > 0 || h.Status is HostStatus.Ready)
            .Select((h, i) => new Desk(h, i, now, pool.Count >= Scheduler.LargePool))];
        foreach (var desk in desks)
        {
            Count(desk, +1);
            desk.IsForeseeable = desk.Host is { Foreign: null } && !desk.Host.IsOnTrial(now)
                && desk.Host.Leases.All(l => estimates.IsProven(l.Work));
        }
    }

    public ImmutableArray<Assignment> Carry(WaitingQueue waiting, IReadOnlySet<RunId> leftOut)
    {
        var plan = ImmutableArray.CreateBuilder<Assignment>();
        var open = desks.Sum(d => d.Open);
        if (open == 0)
        {
            return []; // As at most rings of the bell while the pool is busy.
        }

        var turns = TurnsOf(waiting, leftOut);
        while (open > 0 && Next(turns) is { } given)
        {
            if (given.WasOpen)
            {
                plan.Add(given.Assignment);
                open--;
            }
        }

        return plan.ToImmutable();
    }

    /// <summary>Where the runs will go that come next, and when they are expected to begin there.</summary>
    /// <param name="most">How many of them.</param>
    public ImmutableDictionary<RunId, Outlook> Foresee(WaitingQueue waiting, IReadOnlySet<RunId> leftOut, int most)
    {
        var outlooks = ImmutableDictionary.CreateBuilder<RunId, Outlook>();
        var turns = TurnsOf(waiting, leftOut);
        while (outlooks.Count < most && Next(turns) is { } given)
        {
            outlooks[given.Assignment.Slot.Run] =
                new(given.Assignment.Host, given.WasOpen, given.StartsIn is { } seconds ? now.AddSeconds(seconds) : null);
        }

        return outlooks.ToImmutable();
    }

    private Turns TurnsOf(WaitingQueue waiting, IReadOnlySet<RunId> leftOut)
    {
        PriceLoads(waiting, leftOut);
        return new(Party.Of(waiting, leftOut, now, desks.Length), shares, now, Find,
            () => desks.Select(d => d.Backlog).DefaultIfEmpty().Min());
    }

    private Given? Next(Turns turns)
    {
        if (turns.Next() is not { Best: { } desk } line)
        {
            return null;
        }

        var (wasOpen, startsIn) = (desk.Open > 0, isForesight && desk.IsForeseeable ? desk.Backlog : (double?)null);
        var given = Give(line, desk);
        var isUnproven = UnprovenOf(given.Slot.Work) is not null;
        desk.IsForeseeable &= !isUnproven;
        foreach (var other in turns.Open)
        {
            other.Changed(desk, mustLook: isUnproven && other.Head?.Work.Name == given.Slot.Work);
        }

        return new(given, wasOpen, startsIn);
    }

    // A second of loading delays not only the run that loads but all that wait to use what the host holds now: the more they are, the
    // dearer it is.
    private void PriceLoads(WaitingQueue waiting, IReadOnlySet<RunId> leftOut)
    {
        if (waiting.Models.IsEmpty)
        {
            return;
        }

        var left = leftOut.Select(waiting.Find).OfType<WaitingRun>().CountBy(r => ModelDemand.KeyOf(r.Work)).ToDictionary();
        foreach (var (key, demand) in waiting.Models.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            var warm = desks.Where(d => IsWarm(demand.Models, d)).ToArray();
            foreach (var desk in warm)
            {
                desk.LoadPrice += (demand.Count - left.GetValueOrDefault(key)) / (double)warm.Length;
            }
        }
    }

    private Assignment Give(Line line, Desk desk)
    {
        var run = line.Take();
        var work = run.Work;
        var slot = new HeldSlot(run.Run, run.Placement.Attempt, now)
        {
            Work = work.Name,
            Inputs = work.Inputs,
            Needs = work.Needs.Key,
            Client = run.Client,
            Priority = run.Priority,
            Models = [.. work.Models.Select(m => m.Name)],
            Loads = [.. work.Models.Where(m => desk.Host.Residency.AgeOf(m.Name) is null).Select(m => m.Name)],
            ExpectedSeconds = Math.Round(estimates.LoadSeconds(work, desk.Host) + estimates.ExecutionSeconds(work.Name, desk.Host), 3),
        };
        var given = new Assignment(desk.Host.Id, slot, work.Pinned, desk.Host.Leases.Length);
        Count(desk, -1);
        desk.Take(slot, work.Pinned);
        Count(desk, +1);
        shares.Add(run.Client, run.Priority, slot.ExpectedSeconds, now);
        UnprovenOf(work.Name)?.Hosts.Add(desk.Host.Id);
        return given;
    }

    private void Find(Line line)
    {
        var run = line.Head!; // It may be served, so it has a head.
        var execution = ExecutionsOf(run.Work.Name);
        Desk? best = null;
        var bestCost = 0.0;
        foreach (var desk in desks)
        {
            if (CanTake(run, desk, line))
            {
                var cost = LoadedAt(run, desk) + execution[desk.Index] + (desk.Open > 0 ? 0 : HoldSeconds);
                if (best is null || IsBetter(cost, desk, bestCost, best, run))
                {
                    (best, bestCost) = (desk, cost);
                }
            }
        }

        line.Found(best, best is null ? 0 : LoadedAt(run, best));
    }

    // Until the run's models are loaded and it may begin, loads at their price.
    private double LoadedAt(WaitingRun run, Desk desk) =>
        desk.Backlog + (run.Work.Models.IsEmpty || IsWarm(run.Work.Models, desk) ? 0
            : desk.LoadPrice * (estimates.LoadCost(run.Work, desk.Host) + EvictionCost(run, desk)));

    // What the next run of the model will have to wait, if it comes while the model would still have been there.
    private double EvictionCost(WaitingRun run, Desk desk)
    {
        if (desk.Host.Residency.Next is not { } evicted)
        {
            return 0;
        }

        var seconds = 0.0;
        foreach (var file in evicted.Files)
        {
            if (holders[file] == 1 && !Uses(run, file))
            {
                seconds += estimates.LoadSeconds(file, desk.Host);
            }
        }

        return seconds == 0 ? 0 : seconds * EvictionWeight * Math.Exp(-(now - evicted.UsedAt).TotalSeconds / EvictionMemorySeconds);
    }

    private bool CanTake(WaitingRun run, Desk desk, Line line) =>
        (desk.Open > 0 || isForesight || line.WaitedSeconds < LongestHoldSeconds)
        && (!desk.TakesOnlyItsOwn || run.Work.Demands.Host == desk.Host.Id)
        && (line.Fits[desk.Index] ??= Feasibility.Of(run, desk.Host, pool, capable) is Unfitness.None)
        && (UnprovenOf(run.Work.Name) is not { } known || known.MayUse(desk.Host.Id));

    // Equal within a tenth of a second: then the host that used the model last, then one with little to lose, then the one that rested
    // longest, then the one that comes first.
    private static bool IsBetter(double cost, Desk desk, double bestCost, Desk best, WaitingRun run)
    {
        var order = Math.Round(cost, 1).CompareTo(Math.Round(bestCost, 1));
        order = order != 0 ? order : AgeOf(run.Work.Models, desk).CompareTo(AgeOf(run.Work.Models, best));
        order = order != 0 ? order : desk.Host.Residency.Sets.Length.CompareTo(best.Host.Residency.Sets.Length);
        order = order != 0 ? order : best.Rest.CompareTo(desk.Rest);
        return order < 0;
    }

    private static int AgeOf(ImmutableArray<ModelFile> models, Desk desk)
    {
        var oldest = 0;
        foreach (var model in models)
        {
            oldest = Math.Max(oldest, desk.Host.Residency.AgeOf(model.Name) ?? int.MaxValue);
        }

        return oldest;
    }

    private static bool IsWarm(ImmutableArray<ModelFile> models, Desk desk) => AgeOf(models, desk) < int.MaxValue;

    private static bool Uses(WaitingRun run, string file)
    {
        foreach (var model in run.Work.Models)
        {
            if (model.Name == file)
            {
                return true;
            }
        }

        return false;
    }

    private double[] ExecutionsOf(string work)
    {
        if (!executions.TryGetValue(work, out var known))
        {
            executions[work] = known = [.. desks.Select(d => estimates.ExecutionSeconds(work, d.Host))];
        }

        return known;
    }

    private void Count(Desk desk, int by)
    {
        foreach (var set in desk.Host.Residency.Sets)
        {
            foreach (var file in set.Files)
            {
                holders[file] = holders.GetValueOrDefault(file) + by;
            }
        }
    }

    // Until a version has ended well once, it may be one that takes its host down: no more hosts than it may take are put at its mercy.
    private Unproven? UnprovenOf(string work)
    {
        if (!unproven.TryGetValue(work, out var known))
        {
            unproven[work] = known = estimates.IsProven(work)
                ? null
                : UnprovenOf(work, Poison.HostsLostTo(work, pool, now));
        }

        return known;
    }

    // A host that was lost to it is better than none: it may have been restarted by hand.
    private Unproven UnprovenOf(string work, ImmutableHashSet<HostId> lost) => new(
        [.. lost, .. pool.Where(h => h.Leases.Any(l => l.Work == work)).Select(h => h.Id)],
        pool.All(h => h.Status is HostStatus.Offline || lost.Contains(h.Id)) ? [] : lost);

    /// <param name="WasOpen">Whether the host had an open slot for it.</param>
    /// <param name="StartsIn">Seconds until the host has done what stands before it; <see langword="null"/> where nobody can know.</param>
    private sealed record Given(Assignment Assignment, bool WasOpen, double? StartsIn);

    private sealed class Unproven(HashSet<HostId> hosts, ImmutableHashSet<HostId> lost)
    {
        public HashSet<HostId> Hosts => hosts;

        public bool MayUse(HostId host) => (hosts.Count < Poison.MaxHosts || hosts.Contains(host)) && !lost.Contains(host);
    }
}

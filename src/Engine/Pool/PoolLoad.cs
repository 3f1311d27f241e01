namespace ComfyFunc.Engine.Pool;

/// <summary>How much there is to do and to do it with: what an autoscaler asks.</summary>
/// <param name="Waiting">Runs without a slot.</param>
/// <param name="Running">Slots that are lent.</param>
/// <param name="Slots">Of all hosts that take or finish work.</param>
/// <param name="OldestWaitSeconds">Of the run that has waited longest; 0 when none waits.</param>
/// <param name="BacklogSeconds">GPU time that everything accepted is expected to need.</param>
/// <param name="WantedHosts">Hosts that would work the backlog off in the time that was asked for.</param>
public sealed record PoolLoad(int Waiting, int Running, int Slots, int FreeSlots, double OldestWaitSeconds,
    double BacklogSeconds, int WantedHosts)
{
    /// <param name="target">The time in which the wanted hosts would have done everything.</param>
    public static PoolLoad Of(IReadOnlyCollection<PoolHost> pool, IReadOnlyCollection<WaitingRun> waiting,
        TimeSpan target, DateTimeOffset now)
    {
        var estimates = new Estimates(pool);
        var running = pool.Sum(h => h.Leases.Length);
        var backlog = pool.Sum(h => h.BacklogSeconds(now))
            + waiting.CountBy(w => w.Work.Name, StringComparer.Ordinal).Sum(w => w.Value * MeanSeconds(w.Key, pool, estimates));
        var wanted = (int)Math.Ceiling(backlog / target.TotalSeconds);
        return new(
            waiting.Count,
            running,
            pool.Where(h => h.Status is HostStatus.Ready or HostStatus.Draining or HostStatus.WarmingUp).Sum(h => h.Slots),
            pool.Sum(h => h.OpenSlots(now)),
            waiting.Count == 0 ? 0 : Math.Round(Math.Max(0, (now - waiting.Min(w => w.Since)).TotalSeconds), 3),
            Math.Round(backlog, 3),
            // More hosts than prompts would have nothing to do.
            waiting.Count + running == 0 ? 0 : Math.Clamp(wanted, 1, waiting.Count + running));
    }

    private static double MeanSeconds(string work, IReadOnlyCollection<PoolHost> pool, Estimates estimates) =>
        pool.Count == 0 ? Estimates.PriorSeconds : pool.Average(h => estimates.ExecutionSeconds(work, h));
}

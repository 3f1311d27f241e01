namespace ComfyFunc.Engine.Pool;

/// <summary>Finds the waiting runs that no host will take, or may take.</summary>
public static class Hopeless
{
    public static IEnumerable<WaitingRun> Among(WaitingQueue waiting, IReadOnlyCollection<PoolHost> pool, Capability capable,
        DateTimeOffset now)
    {
        var estimates = new Estimates(pool);
        var inputsMatter = pool.Any(h => !h.Record.Suspicions.IsEmpty || !h.Record.Refusals.IsEmpty);
        return
            from line in waiting.Lines
            from alike in line.Value.GroupBy(r => (r.Work.LargestUploadBytes, Inputs: inputsMatter ? r.Work.Inputs : ""))
            where IsHopeless(alike.First())
            from run in alike
            select run;

        bool IsHopeless(WaitingRun run) => Poison.Is(run.Work, pool, estimates, now)
            || Feasibility.ProspectOf(run, pool, capable) is Prospect.None or Prospect.OnlyExcluded;
    }
}

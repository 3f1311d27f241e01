namespace ComfyFunc.Engine.Pool;

/// <summary>Waiting runs that differ in nothing but their age: one look at the hosts does for all of them.</summary>
internal sealed class Line
{
    private readonly Queue<WaitingRun> runs;
    private readonly DateTimeOffset now;

    private Line(IEnumerable<WaitingRun> alike, DateTimeOffset now, int desks)
    {
        runs = new(alike.OrderBy(r => r.Since).ThenBy(r => r.Run.Value, StringComparer.Ordinal));
        this.now = now;
        Fits = new bool?[desks];
        Advance();
    }

    public WaitingRun? Head { get; private set; }

    public int Count => runs.Count;

    public string Client => Head?.Client ?? "";

    public int Priority => Head?.Priority ?? 0;

    public double WaitedSeconds { get; private set; }

    /// <summary>Whether each desk's host could ever take the runs; <see langword="null"/> where nobody has looked.</summary>
    public bool?[] Fits { get; }

    /// <summary>Whether <see cref="Best"/> is up to date.</summary>
    public bool IsKnown { get; private set; }

    public Desk? Best { get; private set; }

    /// <summary>What stands between the run and its execution there. How long it executes is no reason to let it wait.</summary>
    public double Cost { get; private set; }

    public static List<Line> Of(IEnumerable<WaitingRun> waiting, DateTimeOffset now, int desks) =>
        [.. waiting.GroupBy(r => (r.Client, r.Priority, r.Work.Name, r.Work.Needs.Key, r.Work.Demands.Key, r.Placement.Key,
            string.Join(',', r.Work.Pinned))).Select(g => new Line(g, now, desks))];

    public void Found(Desk? best, double cost) => (Best, Cost, IsKnown) = (best, cost, true);

    /// <summary>A desk has taken a run. Its backlog grew, and models that it holds now may make it the best for others.</summary>
    public void Changed(Desk desk, bool mustLook) => IsKnown &= Best is null || (!mustLook && Best != desk && !SharesModels(desk));

    public WaitingRun Take()
    {
        var run = runs.Dequeue();
        Advance();
        return run;
    }

    private void Advance()
    {
        Head = runs.TryPeek(out var run) ? run : null;
        WaitedSeconds = Head is null ? 0 : Math.Max(0, (now - Head.Since).TotalSeconds);
        IsKnown = false;
    }

    private bool SharesModels(Desk desk)
    {
        foreach (var model in Head?.Work.Models ?? [])
        {
            if (desk.Host.Residency.AgeOf(model.Name) == 0)
            {
                return true;
            }
        }

        return false;
    }
}

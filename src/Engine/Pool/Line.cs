using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>Waiting runs that differ in nothing but their age: one look at the hosts does for all of them.</summary>
internal sealed class Line
{
    private readonly ImmutableSortedSet<WaitingRun> runs;
    private readonly IReadOnlySet<RunId> leftOut;
    private readonly DateTimeOffset now;
    private int next;

    /// <param name="alike">In the order of their age. As many are looked at as are taken, and one more.</param>
    /// <param name="leftOut">Those of them that do not wait.</param>
    public Line(ImmutableSortedSet<WaitingRun> alike, IReadOnlySet<RunId> leftOut, DateTimeOffset now, int desks)
    {
        (runs, this.leftOut, this.now) = (alike, leftOut, now);
        Fits = new bool?[desks];
        Advance();
    }

    public WaitingRun? Head { get; private set; }

    public double WaitedSeconds { get; private set; }

    /// <summary>Whether each desk's host could ever take the runs; <see langword="null"/> where nobody has looked.</summary>
    public bool?[] Fits { get; }

    /// <summary>Whether <see cref="Best"/> is up to date.</summary>
    public bool IsKnown { get; private set; }

    public Desk? Best { get; private set; }

    /// <summary>What stands between the run and its execution there. How long it executes is no reason to let it wait.</summary>
    public double Cost { get; private set; }

    public void Found(Desk? best, double cost) => (Best, Cost, IsKnown) = (best, cost, true);

    /// <summary>A desk has taken a run. Its backlog grew, and models that it holds now may make it the best for others.</summary>
    public void Changed(Desk desk, bool mustLook) => IsKnown &= Best is null || (!mustLook && Best != desk && !SharesModels(desk));

    public WaitingRun Take()
    {
        // Somebody compared it, so it is there.
        var run = Head!;
        Advance();
        return run;
    }

    private void Advance()
    {
        while (next < runs.Count && leftOut.Contains(runs[next].Run))
        {
            next++;
        }

        Head = next < runs.Count ? runs[next++] : null;
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

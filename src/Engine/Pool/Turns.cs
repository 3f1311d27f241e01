namespace ComfyFunc.Engine.Pool;

/// <summary>
/// Whose turn it is: priority first, then whoever had least of the pool, then the run that begins soonest for the time that it has waited.
/// </summary>
internal sealed class Turns(Shares shares, DateTimeOffset now)
{
    private const double SecondsPerRank = 60;

    /// <summary>A line that others go before whatever it costs is looked at only when none of these finds a host.</summary>
    /// <param name="find">Finds a line's best host.</param>
    /// <returns>One that has a host; <see langword="null"/> when there is none.</returns>
    public Line? Next(List<Line> lines, Action<Line> find)
    {
        while (First(lines) is { } first)
        {
            Line? best = null;
            foreach (var line in lines)
            {
                if (MayBeServed(line) && StandingOf(line) == first)
                {
                    if (!line.IsKnown)
                    {
                        find(line);
                    }

                    best = line.Best is not null && (best is null || IsBefore(line, best)) ? line : best;
                }
            }

            if (best is not null)
            {
                return best;
            }
        }

        return null;
    }

    // The first standing of all that may be served yet.
    private (int Rank, double Share)? First(List<Line> lines)
    {
        (int Rank, double Share)? first = null;
        foreach (var line in lines)
        {
            if (MayBeServed(line) && StandingOf(line) is var standing
                && (first is not { } known || standing.Rank > known.Rank || (standing.Rank == known.Rank && standing.Share < known.Share)))
            {
                first = standing;
            }
        }

        return first;
    }

    private static bool MayBeServed(Line line) => line is { Head: not null } and not { IsKnown: true, Best: null };

    // Between clients of one rank the one that had least of the pool is next.
    private (int Rank, double Share) StandingOf(Line line) => (RankOf(line), shares.Of(line.Client));

    // Of one standing.
    private static bool IsBefore(Line a, Line b)
    {
        var byCost = (a.Cost - a.WaitedSeconds).CompareTo(b.Cost - b.WaitedSeconds);
        // Both have a head, or they were not compared.
        return byCost != 0 ? byCost < 0 : string.CompareOrdinal(a.Head!.Run.Value, b.Head!.Run.Value) < 0;
    }

    // The priority, and one more for each minute in which nothing of this client and priority was served, so that nothing starves. A client
    // that is served all the time gains nothing by having asked for much.
    private int RankOf(Line line)
    {
        var since = shares.ServedAt(line.Client, line.Priority);
        return line.Priority + (int)(Math.Max(0, Math.Min((now - since).TotalSeconds, line.WaitedSeconds)) / SecondsPerRank);
    }
}

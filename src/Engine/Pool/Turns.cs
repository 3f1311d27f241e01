namespace ComfyFunc.Engine.Pool;

/// <summary>
/// Whose turn it is: priority first, then whoever had least of the pool, then the run that begins soonest for the time that it has waited.
/// </summary>
/// <param name="find">Finds a line's best host.</param>
/// <param name="leastCost">What no line's cost is below.</param>
internal sealed class Turns(Party[] parties, Shares shares, DateTimeOffset now, Action<Line> find, Func<double> leastCost)
{
    private const double SecondsPerRank = 60;

    /// <summary>The lines that somebody has looked at.</summary>
    public IEnumerable<Line> Open => parties.SelectMany(p => p.Open);

    /// <summary>A line that others go before whatever it costs is looked at only when none of these finds a host.</summary>
    /// <returns>One that has a host; <see langword="null"/> when there is none.</returns>
    public Line? Next()
    {
        while (First() is { } first)
        {
            if (BestOf(first) is { } best)
            {
                return best;
            }
        }

        return null;
    }

    // The first standing of all that may be served yet. Between clients of one rank the one that had least of the pool is next.
    private (int Rank, double Share)? First()
    {
        (int Rank, double Share)? first = null;
        foreach (var party in parties)
        {
            if (HighestRankOf(party) is { } rank && shares.Of(party.Key.Client) is var share
                && (first is not { } known || rank > known.Rank || (rank == known.Rank && share < known.Share)))
            {
                first = (rank, share);
            }
        }

        return first;
    }

    // Who waits longer ranks no lower, so closed lines are opened only while they might rank higher than the open ones.
    private int? HighestRankOf(Party party)
    {
        int? highest = null;
        foreach (var line in party.Open)
        {
            Count(line);
        }

        while (party.WaitedSeconds is { } waited && (highest is not { } known || RankOf(party, waited) > known))
        {
            Count(party.OpenNext());
        }

        return highest;

        void Count(Line line)
        {
            if (MayBeServed(line) && RankOf(party, line.WaitedSeconds) is var rank && (highest is not { } known || rank > known))
            {
                highest = rank;
            }
        }
    }

    // Of the lines of one standing. A closed one that is younger than the best by more than costs can make up for stays closed.
    private Line? BestOf((int Rank, double Share) standing)
    {
        Line? best = null;
        var alike = parties.Where(p => shares.Of(p.Key.Client) == standing.Share).ToArray();
        foreach (var party in alike)
        {
            foreach (var line in party.Open)
            {
                Compare(party, line);
            }
        }

        var least = leastCost();
        foreach (var party in alike)
        {
            while (party.WaitedSeconds is { } waited && RankOf(party, waited) >= standing.Rank
                && (best is null || least - waited <= best.Cost - best.WaitedSeconds))
            {
                Compare(party, party.OpenNext());
            }
        }

        return best;

        void Compare(Party party, Line line)
        {
            if (!MayBeServed(line) || RankOf(party, line.WaitedSeconds) != standing.Rank)
            {
                return;
            }

            if (!line.IsKnown)
            {
                find(line);
            }

            best = line.Best is not null && (best is null || IsBefore(line, best)) ? line : best;
        }
    }

    private static bool MayBeServed(Line line) => line is { Head: not null } and not { IsKnown: true, Best: null };

    // Of one standing.
    private static bool IsBefore(Line a, Line b)
    {
        var byCost = (a.Cost - a.WaitedSeconds).CompareTo(b.Cost - b.WaitedSeconds);
        // Both have a head, or they were not compared.
        return byCost != 0 ? byCost < 0 : string.CompareOrdinal(a.Head!.Run.Value, b.Head!.Run.Value) < 0;
    }

    // The priority, and one more for each minute in which nothing of this client and priority was served, so that nothing starves. A client
    // that is served all the time gains nothing by having asked for much.
    private int RankOf(Party party, double waitedSeconds)
    {
        var since = shares.ServedAt(party.Key.Client, party.Key.Priority);
        return party.Key.Priority + (int)(Math.Max(0, Math.Min((now - since).TotalSeconds, waitedSeconds)) / SecondsPerRank);
    }
}

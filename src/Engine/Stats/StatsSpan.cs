using System.Collections.Immutable;

namespace ComfyFunc.Engine.Stats;

/// <summary>A time, cut into buckets: as wide as it takes for there to be no more of them than a chart can show.</summary>
public sealed record StatsSpan
{
    private const int MostBuckets = 120;
    private const int SecondsPerMinute = 60;
    private const int SecondsPerQuarter = 900;

    private static readonly ImmutableArray<int> Widths = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

    private StatsSpan(DateTimeOffset from, DateTimeOffset to, int bucketSeconds) => (From, To, BucketSeconds) = (from, to, bucketSeconds);

    /// <summary>The beginning of a minute.</summary>
    public DateTimeOffset From { get; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset To { get; }

    public int BucketSeconds { get; }

    /// <summary>Whether its buckets are made of whole quarters of an hour.</summary>
    public bool IsOfQuarters => BucketSeconds >= SecondsPerQuarter;

    /// <param name="to">Later than <paramref name="from"/>.</param>
    public static StatsSpan Of(DateTimeOffset from, DateTimeOffset to)
    {
        var start = Floor(from, SecondsPerMinute);
        return new(start, to, Widths.FirstOrDefault(w => (to - start).TotalSeconds <= (double)w * MostBuckets, Widths[^1]));
    }

    /// <summary>When each of the buckets begins. The first may begin before the time does.</summary>
    public ImmutableArray<DateTimeOffset> Starts()
    {
        var starts = ImmutableArray.CreateBuilder<DateTimeOffset>();
        for (var at = BucketOf(From); at < To; at = at.AddSeconds(BucketSeconds))
        {
            starts.Add(at);
        }

        return starts.ToImmutable();
    }

    public DateTimeOffset BucketOf(DateTimeOffset at) => Floor(at, BucketSeconds);

    /// <summary>The minute that a time is in.</summary>
    public static DateTimeOffset MinuteOf(DateTimeOffset at) => Floor(at, SecondsPerMinute);

    /// <summary>The quarter of an hour that a time is in: the narrowest bucket that is no minutes' affair.</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset at) => Floor(at, SecondsPerQuarter);

    private static DateTimeOffset Floor(DateTimeOffset at, int seconds)
    {
        var ticks = seconds * TimeSpan.TicksPerSecond;
        return new(at.UtcTicks - (at.UtcTicks % ticks), TimeSpan.Zero);
    }
}

using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Stats;

/// <summary>
/// How often things took how long, in steps that grow as what they count does: eight to a doubling, so that a percentile is right to within
/// five in a hundred. Two of them make one, and nothing is lost thereby.
/// </summary>
/// <param name="Counts">By step; steps without any are not there.</param>
public sealed record Histogram(ImmutableSortedDictionary<int, long> Counts)
{
    private const int StepsPerDoubling = 8;

    // A month: no run takes longer.
    private const double Longest = 31 * 86_400_000.0;

    public static Histogram Empty { get; } = new(ImmutableSortedDictionary<int, long>.Empty);

    [JsonIgnore]
    public long Total => Counts.Values.Sum();

    public static Histogram Of(params IEnumerable<double> milliseconds) => milliseconds.Aggregate(Empty, (h, ms) => h.With(ms));

    public Histogram With(double milliseconds) => Plus(StepOf(milliseconds), 1);

    public Histogram Plus(Histogram other) => other.Counts.Aggregate(this, (sum, step) => sum.Plus(step.Key, step.Value));

    /// <summary>What so much of it took at most.</summary>
    /// <param name="share">From 0 to 1.</param>
    /// <returns>Milliseconds; <see langword="null"/> when there is nothing.</returns>
    public double? Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Total));
        foreach (var (step, count) in Counts)
        {
            rank -= count;
            if (rank <= 0)
            {
                return MiddleOf(step);
            }
        }

        return null;
    }

    // What takes less than a millisecond takes none.
    private static int StepOf(double milliseconds) =>
        milliseconds < 1 ? 0 : 1 + (int)Math.Floor(Math.Log2(Math.Min(milliseconds, Longest)) * StepsPerDoubling);

    private static double MiddleOf(int step) => step == 0 ? 0 : Math.Pow(2, (step - 0.5) / StepsPerDoubling);

    private Histogram Plus(int step, long count) => new(Counts.SetItem(step, Counts.GetValueOrDefault(step) + count));
}

using ComfyFunc.Engine.Stats;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Stats;

/// <summary>That percentiles are nearly right, and that merging loses nothing.</summary>
public class HistogramTests
{
    private static readonly Gen<double[]> Times = Gen.Double[0, 20_000].Select(x => Math.Pow(x, 1.7)).Array[0, 60];

    [Fact]
    public void A_percentile_is_right_to_within_five_in_a_hundred() =>
        Gen.Select(Times, Gen.Int[10, 20].Select(i => i / 20.0)).Where((t, _) => t.Length > 0).Sample((times, share) =>
        {
            var exact = times.Order().ElementAt((int)Math.Ceiling(share * times.Length) - 1);
            var told = Histogram.Of(times).Percentile(share)!.Value; // There are some.
            Assert.InRange(told, exact < 1 ? 0 : exact / 1.05, exact < 1 ? 0 : exact * 1.05);
        });

    [Fact]
    public void Merged_in_whatever_way_they_are_the_histogram_of_all() => Gen.Select(Times, Times, Times).Sample((a, b, c) =>
    {
        var (x, y, z) = (Histogram.Of(a), Histogram.Of(b), Histogram.Of(c));
        var all = Histogram.Of([.. a, .. b, .. c]);
        Assert.Equal(all.Counts, x.Plus(y).Plus(z).Counts);
        Assert.Equal(all.Counts, z.Plus(x.Plus(y)).Counts);
        Assert.Equal(a.Length + b.Length + c.Length, all.Total);
    });

    [Fact]
    public void Percentiles_grow_with_the_share() => Times.Where(t => t.Length > 0).Sample(times =>
    {
        var told = Enumerable.Range(0, 21).Select(i => Histogram.Of(times).Percentile(i / 20.0)!.Value).ToArray(); // There are some.
        Assert.Equal(told.Order(), told);
    });

    [Fact]
    public void Nothing_has_no_percentile_and_what_took_no_time_took_none()
    {
        Assert.Null(Histogram.Empty.Percentile(0.5));
        Assert.Equal(0, Histogram.Of(0, 0.4).Percentile(1));
        Assert.Equal(Histogram.Of(3e9).Counts, Histogram.Of(double.MaxValue).Counts);
    }

    /// <summary>Steps lie in storage: they mean for ever what they mean.</summary>
    [Theory]
    [InlineData(0.99, 0)]
    [InlineData(1, 1)]
    [InlineData(1.09, 1)]
    [InlineData(1.1, 2)]
    [InlineData(2, 9)]
    [InlineData(1000, 80)]
    [InlineData(60_000, 127)]
    [InlineData(3_600_000, 175)]
    [InlineData(1e12, 251)]
    public void A_time_has_its_step(double milliseconds, int step) => Assert.Equal([step], Histogram.Of(milliseconds).Counts.Keys);
}

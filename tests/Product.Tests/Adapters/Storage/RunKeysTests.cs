using ComfyFunc.Adapters.Storage;
using ComfyFunc.Engine;
using Microsoft.Extensions.Time.Testing;

namespace ComfyFunc.Tests.Adapters.Storage;

public sealed class RunKeysTests
{
    [Theory]
    [InlineData("2026-01-31T00:00:00Z", "79739868")]
    [InlineData("2026-01-31T23:59:59Z", "79739868")]
    [InlineData("2026-02-01T01:00:00+02:00", "79739868")]
    [InlineData("2026-02-01T00:00:00Z", "79739798")]
    [InlineData("0001-01-01T00:00:00Z", "99989898")]
    public void A_day_is_a_utc_day_turned_upside_down(string time, string partition)
    {
        var moment = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(partition, RunKeys.Day(moment));
    }

    [Fact]
    public void Newer_days_sort_before_older_ones()
    {
        var days = Enumerable.Range(0, 4000)
            .Select(d => RunKeys.Day(new DateTimeOffset(2023, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(d))).ToArray();
        Assert.Equal(days.Order(StringComparer.Ordinal).Reverse(), days);
        Assert.All(days, d => Assert.Equal(8, d.Length));
    }

    [Fact]
    public void Runs_of_a_second_lie_together_behind_newer_ones_and_before_all_days()
    {
        var first = new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
        var seconds = Enumerable.Range(0, 2000).Select(s => RunKeys.Partition(first.AddMilliseconds(1024 * s))).ToArray();
        Assert.Equal(seconds.Distinct().Order(StringComparer.Ordinal).Reverse(), seconds);
        Assert.All(seconds, s => Assert.True(string.CompareOrdinal(s, RunKeys.Day(first.AddYears(1000))) < 0));

        var moments = Enumerable.Range(0, 2000).Select(i => first.AddMilliseconds(i)).ToArray();
        Assert.All(moments, m => Assert.Equal(RunKeys.Partition(m), RunKeys.Partition(RunIds.New(new FakeTimeProvider(m)))));
        Assert.InRange(moments.Select(RunKeys.Partition).Distinct().Count(), 2, 3);
    }

    [Fact]
    public void A_row_is_an_id_turned_upside_down()
    {
        var run = RunIds.New(TimeProvider.System);
        var row = RunKeys.Row(run);
        Assert.NotEqual(run.Value, row);
        Assert.Equal(run.Value, RunKeys.Row(new(row)));
    }

    [Fact]
    public void Ids_of_one_moment_and_of_a_clock_set_back_still_rise()
    {
        var clock = new SteppingClock();
        var ids = Enumerable.Range(0, 1000).Select(_ => RunIds.New(clock).Value).ToArray();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(RunId.TryParse(id, out _)));
    }

    [Fact]
    public void An_id_tells_when_it_was_made()
    {
        var now = new DateTimeOffset(2026, 1, 31, 12, 0, 0, 5, TimeSpan.Zero);
        Assert.Equal(now, RunKeys.CreatedAt(RunIds.New(new FakeTimeProvider(now))));
    }

    private sealed class SteppingClock : TimeProvider
    {
        private int calls;

        public override DateTimeOffset GetUtcNow() =>
            new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(-(calls++ / 10));
    }
}

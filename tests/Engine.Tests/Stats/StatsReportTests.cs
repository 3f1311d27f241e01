using ComfyFunc.Engine.Stats;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Stats;

/// <summary>How sums of minutes become a report.</summary>
public class StatsReportTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<RunSample> Samples = Gen.Select(Gen.Int[0, 7200], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 90_000])
        .Select((at, workflow, ending, ms) => Sample(at, $"w{workflow}", (RunEnding)ending, ms));

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(2, 60, 120)]
    [InlineData(2.01, 120, 61)]
    [InlineData(24, 900, 96)]
    [InlineData(168, 7200, 84)]
    public void Buckets_widen_until_there_are_few_enough(double hours, int seconds, int count)
    {
        var span = StatsSpan.Of(Noon.AddHours(-hours), Noon);
        Assert.Equal((seconds, count), (span.BucketSeconds, span.Starts().Length));
    }

    [Fact]
    public void Buckets_cover_the_time_without_gaps() => Gen.Select(Gen.Int[1, 700_000], Gen.Int[0, 100_000]).Sample((length, offset) =>
    {
        var span = StatsSpan.Of(Noon.AddSeconds(offset), Noon.AddSeconds(offset + length));
        var starts = span.Starts();
        Assert.InRange(starts.Length, 1, 122);
        Assert.True(starts[0] <= span.From && starts[^1] < span.To && starts[^1].AddSeconds(span.BucketSeconds) >= span.To);
        Assert.All(starts.Zip(starts.Skip(1)), p => Assert.Equal(span.BucketSeconds, (p.Second - p.First).TotalSeconds));
        Assert.All(starts, s => Assert.Equal(s, span.BucketOf(s.AddSeconds(span.BucketSeconds - 1))));
    });

    [Fact]
    public void However_runs_are_spread_over_rows_the_report_is_that_of_all() => Gen.Select(Samples.Array[0, 40], Gen.Int[1, 5])
        .Sample((runs, processes) =>
        {
            var span = StatsSpan.Of(Noon, Noon.AddHours(2.5));
            var rows = runs.Index().GroupBy(r => (Process: r.Index % processes, At: StatsSpan.MinuteOf(r.Item.At)))
                .SelectMany(g => StatsLine.Merged(g.Select(r => StatsLine.Of(r.Item))).Select(l => (g.Key.At, l)));
            var report = StatsReport.Of(span, rows);
            var single = StatsReport.Of(span, runs.Select(r => (r.At, StatsLine.Of(r))));

            Assert.Equal(runs.Length, report.Totals.Runs());
            Assert.Equal(Text(single), Text(report));
            Assert.Equal(report.Totals.Runs(), report.Buckets.Sum(b => b.Sums.Runs()));
            Assert.Equal(report.Totals.Runs(), report.Workflows.Sum(w => w.Sums.Runs()));
            Assert.Equal(runs.Count(r => r.Failure is not null), report.Failures.Sum(f => f.Count));
        });

    [Fact]
    public void What_lies_outside_the_time_is_left_out()
    {
        var span = StatsSpan.Of(Noon, Noon.AddMinutes(10));
        var runs = new[] { -60, 0, 599, 600 }.Select(at => Sample(at, "w", RunEnding.Succeeded, 1));
        Assert.Equal(2, StatsReport.Of(span, runs.Select(r => (StatsSpan.MinuteOf(r.At), StatsLine.Of(r)))).Totals.Succeeded);
    }

    [Theory]
    [InlineData("out of range: 17 of 512", "out of range: 3 of 9", true)]
    [InlineData("no file 3f2a91c0-1111-4222-8333-444455556666.png", "no file 00000000-aaaa-4222-8333-444455556666.png", true)]
    [InlineData("bad channel r", "bad channel g", false)]
    [InlineData("face not found", "cafe not found", false)]
    public void Messages_that_differ_in_numbers_alone_tell_of_one_cause(string one, string other, bool isOne)
    {
        var lines = new[] { one, other }.Select((m, i) => StatsLine.Of(Sample(i, "w", RunEnding.Failed, 1, m)));
        var groups = StatsLine.FailuresOf(lines, 50);

        Assert.Equal(isOne ? [2L] : [1L, 1L], groups.Select(g => g.Count));
        Assert.Equal((other, Noon.AddSeconds(1)), (groups[0].Failure.Message, groups[0].LastAt));
    }

    [Fact]
    public void The_most_frequent_causes_are_kept()
    {
        var lines = Enumerable.Range(0, 80).SelectMany(i => Enumerable.Repeat(i, i == 70 ? 3 : 1))
            .Select(i => StatsLine.Of(Sample(i, "w", RunEnding.Failed, 1, $"{(char)('g' + (i % 20))}{(char)('g' + (i / 20))}")));
        var kept = lines.Aggregate((a, b) => a.Plus(b)).Failures;

        Assert.Equal((50, 3), (kept.Length, kept[0].Count));
    }

    [Fact]
    public void Sums_say_what_each_run_adds()
    {
        var sums = RunSums.Of(Sample(0, "w", RunEnding.Succeeded, 800) with
        {
            QueueMs = 20,
            Models = ModelUse.Cold,
            GpuSeconds = 0.7,
            OutputBytes = 9
        }).Plus(RunSums.Of(Sample(0, "w", RunEnding.Failed, 5) with { Models = ModelUse.None, GpuSeconds = 0.2 }))
            .Plus(RunSums.Of(Sample(0, "w", RunEnding.Succeeded, 1) with { Models = ModelUse.Warm }))
            .Plus(RunSums.Of(Sample(0, "w", RunEnding.Succeeded, 1) with { Models = ModelUse.Cached }))
            .Plus(RunSums.Of(Sample(0, "w", RunEnding.Canceled, 5))).Plus(RunSums.Of(Sample(0, "w", RunEnding.Expired, 5)));

        Assert.Equal((6, 3, 1, 1, 1), (sums.Runs(), sums.Succeeded, sums.Failed, sums.Canceled, sums.Expired));
        Assert.Equal((1, 1, 1, 0.9, 9), (sums.WarmHits, sums.ColdLoads, sums.CacheHits, sums.GpuSeconds, sums.OutputBytes));
        Assert.Equal((3, 1), (sums.Times.Total, sums.Queues.Total));
    }

    private static RunSample Sample(int second, string workflow, RunEnding ending, double ms, string message = "It broke.") =>
        new(Noon.AddSeconds(second), new($"01ARZ3NDEKTSV4RRFFQ69{second:00000}"), "", workflow, ending)
        {
            TotalMs = ms,
            Failure = ending is RunEnding.Failed ? Failure.Of(workflow, "node_failed", "K", null, message) : null,
        };

    private static string Text(StatsReport report) => string.Join('\n',
        report.Buckets.Select(b => $"{b.At} {Text(b.Sums)}").Concat(report.Workflows.Select(w => $"{w.Workflow} {Text(w.Sums)}"))
            .Concat(report.Failures.Select(f => $"{f}")));

    private static string Text(RunSums sums) =>
        $"{sums with { Times = Histogram.Empty, Queues = Histogram.Empty }} {string.Join(',', sums.Times.Counts)} "
            + string.Join(',', sums.Queues.Counts);
}

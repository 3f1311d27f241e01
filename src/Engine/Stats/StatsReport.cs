using System.Collections.Immutable;

namespace ComfyFunc.Engine.Stats;

/// <summary>What ended runs of a time came to: in all, by bucket and by workflow, and why some did not succeed.</summary>
public sealed record StatsReport(StatsSpan Span, RunSums Totals, ImmutableArray<(DateTimeOffset At, RunSums Sums)> Buckets,
    ImmutableArray<(string Workflow, RunSums Sums)> Workflows, ImmutableArray<FailureGroup> Failures)
{
    private const int MostFailures = 50;

    /// <param name="minutes">What each minute came to; one may be there several times, as processes wrote it.</param>
    public static StatsReport Of(StatsSpan span, IEnumerable<(DateTimeOffset At, StatsLine Line)> minutes)
    {
        var all = minutes.Where(m => m.At >= span.From && m.At < span.To).ToArray();
        var buckets = all.GroupBy(m => span.BucketOf(m.At)).ToDictionary(g => g.Key, g => Sum(g.Select(m => m.Line)));
        return new(
            span,
            buckets.Values.Aggregate(RunSums.None, (a, b) => a.Plus(b)),
            [.. span.Starts().Select(at => (at, buckets.GetValueOrDefault(at, RunSums.None)))],
            [
                .. all.GroupBy(m => m.Line.Workflow, StringComparer.OrdinalIgnoreCase)
                    .Select(g => (g.First().Line.Workflow, Sums: Sum(g.Select(m => m.Line))))
                    .OrderByDescending(w => w.Sums.Runs()).ThenBy(w => w.Workflow, StringComparer.OrdinalIgnoreCase),
            ],
            StatsLine.FailuresOf(all.Select(m => m.Line), MostFailures));
    }

    private static RunSums Sum(IEnumerable<StatsLine> lines) => lines.Aggregate(RunSums.None, (sum, line) => sum.Plus(line.Sums));
}

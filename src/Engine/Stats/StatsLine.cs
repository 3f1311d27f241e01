using System.Collections.Immutable;

namespace ComfyFunc.Engine.Stats;

/// <summary>What a client's runs of a workflow came to in some time.</summary>
public sealed record StatsLine(string Client, string Workflow, RunSums Sums)
{
    private const int MostFailures = 50;

    /// <summary>Why some of them did not succeed, the most frequent cause first.</summary>
    public ImmutableArray<FailureGroup> Failures { get; init; } = [];

    public static StatsLine Of(RunSample run) => new(run.Client, run.Workflow, RunSums.Of(run))
    {
        Failures = run.Failure is { } failure ? [new(failure, 1, run.At, run.Run)] : [],
    };

    public StatsLine Plus(StatsLine other) => this with
    {
        Sums = Sums.Plus(other.Sums),
        Failures = FailuresOf([this, other], MostFailures),
    };

    /// <summary>One line for each client and workflow.</summary>
    public static ImmutableArray<StatsLine> Merged(IEnumerable<StatsLine> lines) =>
    [
        .. lines.GroupBy(l => (l.Client, Workflow: l.Workflow.ToLowerInvariant())).Select(g => g.Aggregate((a, b) => a.Plus(b)))
            .OrderBy(l => l.Client, StringComparer.Ordinal).ThenBy(l => l.Workflow, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The causes of all lines, the most frequent first.</summary>
    public static ImmutableArray<FailureGroup> FailuresOf(IEnumerable<StatsLine> lines, int most) =>
    [
        .. lines.SelectMany(l => l.Failures).GroupBy(f => f.Failure.Key()).Select(g => g.Aggregate((a, b) => a.Plus(b)))
            .OrderByDescending(f => f.Count).ThenByDescending(f => f.LastAt).ThenBy(f => f.LastRun.Value, StringComparer.Ordinal)
            .Take(most),
    ];
}

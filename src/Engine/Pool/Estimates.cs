using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>How long things are expected to take: as the host itself has shown, else as the pool has, else as a prior says.</summary>
public sealed class Estimates(IReadOnlyCollection<PoolHost> pool)
{
    /// <summary>A version that has never run: about a picture.</summary>
    public const double PriorSeconds = 6;

    // Less is not worth a detour, and is often no more than chance in the times that it was learned from.
    private const double LeastLoadSeconds = 2;

    // A strong preference for a host that already holds what [!cache] asks to keep.
    private const double PinnedWeight = 3;

    // How many executions on the host itself weigh as much as what all hosts have shown: docs/decisions/scheduler-constants.md.
    private const double PoolWeight = 20;

    // As many as a mean that forgets stands on.
    private const double MostOwn = 20;

    private readonly Dictionary<string, double?> works = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double?> loads = new(StringComparer.Ordinal);

    /// <summary>Whether the version has ended well on any host.</summary>
    public bool IsProven(string work) => WorkMean(work) is not null;

    public double ExecutionSeconds(string work, PoolHost host) =>
        Blended(host.Times.Works.GetValueOrDefault(work), WorkMean(work)) ?? PriorSeconds;

    /// <summary>What loading one model takes.</summary>
    public double LoadSeconds(string file, PoolHost host, double prior = 0) =>
        Math.Max(0, Blended(host.Times.Loads.GetValueOrDefault(file), LoadMean(file)) ?? prior);

    /// <summary>What loading takes that the host will not hold by then.</summary>
    public double LoadSeconds(Workload work, PoolHost host) => Sum(work, host, pinnedWeight: 1);

    /// <summary>The same, with what <c>[!cache]</c> names weighing more.</summary>
    public double LoadCost(Workload work, PoolHost host) => Sum(work, host, PinnedWeight);

    private double Sum(Workload work, PoolHost host, double pinnedWeight)
    {
        var seconds = 0.0;
        foreach (var model in work.Models)
        {
            if (host.Residency.AgeOf(model.Name) is null)
            {
                seconds += LoadSeconds(model.Name, host, model.PriorSeconds) * (work.Pinned.Contains(model.Name) ? pinnedWeight : 1);
            }
        }

        return seconds < LeastLoadSeconds ? 0 : seconds;
    }

    // Few executions are chance: a host is thought to be like the others until it has shown otherwise.
    private static double? Blended(LearnedTime? own, double? mean) =>
        own is not { Samples: > 0 } ? mean
        : mean is null ? own.Seconds
        : ((own.Seconds * Math.Min(own.Samples, MostOwn)) + (mean * PoolWeight)) / (Math.Min(own.Samples, MostOwn) + PoolWeight);

    private double? WorkMean(string work) => Mean(works, work, h => h.Times.Works);

    private double? LoadMean(string file) => Mean(loads, file, h => h.Times.Loads);

    private double? Mean(Dictionary<string, double?> memo, string key, Func<PoolHost, ImmutableDictionary<string, LearnedTime>> times)
    {
        if (memo.TryGetValue(key, out var known))
        {
            return known;
        }

        // What many executions have shown counts for more, up to a point: a mean forgets what is old.
        var (sum, count) = (0.0, 0.0);
        foreach (var host in pool)
        {
            if (times(host).GetValueOrDefault(key) is { Samples: > 0 } time)
            {
                var weight = Math.Min(time.Samples, 10);
                (sum, count) = (sum + (time.Seconds * weight), count + weight);
            }
        }

        return memo[key] = count == 0 ? null : sum / count;
    }
}

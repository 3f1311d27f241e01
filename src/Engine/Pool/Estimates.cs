using System.Collections.Immutable;

namespace ComfyFunc.Pool;

/// <summary>How long things are expected to take: as the host itself has shown, else as the pool has, else as a prior says.</summary>
public sealed class Estimates(IReadOnlyCollection<PoolHost> pool)
{
    /// <summary>A version that has never run: about a picture.</summary>
    public const double PriorSeconds = 6;

    // A strong preference for a host that already holds what [!cache] asks to keep.
    private const double PinnedWeight = 3;

    private readonly Dictionary<string, double?> works = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double?> loads = new(StringComparer.Ordinal);

    /// <summary>Whether the version has ended well on any host.</summary>
    public bool IsProven(string work) => WorkMean(work) is not null;

    public double ExecutionSeconds(string work, PoolHost host) =>
        host.Times.Works.GetValueOrDefault(work) is { Samples: > 0 } own ? own.Seconds : WorkMean(work) ?? PriorSeconds;

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
                seconds += (host.Times.Loads.GetValueOrDefault(model.Name)?.Seconds ?? LoadMean(model.Name) ?? model.PriorSeconds) * (work.Pinned.Contains(model.Name) ? pinnedWeight : 1);
            }
        }

        return seconds;
    }

    private double? WorkMean(string work) => Mean(works, work, h => h.Times.Works);

    private double? LoadMean(string file) => Mean(loads, file, h => h.Times.Loads);

    private double? Mean(Dictionary<string, double?> memo, string key, Func<PoolHost, ImmutableDictionary<string, LearnedTime>> times)
    {
        if (memo.TryGetValue(key, out var known))
        {
            return known;
        }

        var (sum, count) = (0.0, 0);
        foreach (var host in pool)
        {
            if (times(host).GetValueOrDefault(key) is { Samples: > 0 } time)
            {
                (sum, count) = (sum + time.Seconds, count + 1);
            }
        }

        return memo[key] = count == 0 ? null : sum / count;
    }
}

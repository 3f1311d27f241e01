using System.Collections.Immutable;

namespace ComfyFunc.Engine.Pool;

/// <summary>
/// What one host's executions have taught: how long each workflow version takes when its models are held, and how long each model takes to
/// load.
/// </summary>
public sealed record LearnedTimes
{
    // A row is small, and what has not run for so long that others pushed it out is learned anew in one execution.
    private const int MostKept = 64;

    // The weight of the newest of many; the first few count alike. What stands behind it: docs/decisions/scheduler-constants.md.
    private const double Alpha = 0.05;

    public static LearnedTimes None { get; } = new();

    public ImmutableDictionary<string, LearnedTime> Works { get; init; } = ImmutableDictionary<string, LearnedTime>.Empty;

    public ImmutableDictionary<string, LearnedTime> Loads { get; init; } = ImmutableDictionary<string, LearnedTime>.Empty;

    /// <summary>
    /// A warm execution teaches the version's time. A cold one teaches the load time as what it took beyond the warm time; while no warm
    /// one is known, both are scaled alike from their priors.
    /// </summary>
    public LearnedTimes After(Observation seen)
    {
        if (seen.Loaded.IsEmpty)
        {
            return this with { Works = Blend(Works, seen.Work, seen.Seconds, seen.At) };
        }

        var guesses = seen.Models.Where(m => seen.Loaded.Contains(m.Name))
            .ToDictionary(m => m.Name, m => Loads.GetValueOrDefault(m.Name)?.Seconds ?? m.PriorSeconds);
        var guessed = guesses.Values.Sum();
        var warm = Works.GetValueOrDefault(seen.Work);
        var executing = warm?.Seconds
            ?? (guessed > 0 ? seen.Seconds * Estimates.PriorSeconds / (Estimates.PriorSeconds + guessed) : seen.Seconds);
        // Below zero as often as above when loading takes no time: cutting it off here would make it seem to take some.
        var loading = seen.Seconds - executing;
        var loads = Loads;
        foreach (var (file, guess) in guesses)
        {
            loads = Blend(loads, file, guessed > 0 ? loading * guess / guessed : loading / guesses.Count, seen.At);
        }

        return this with
        {
            Loads = loads,
            Works = warm is null ? Blend(Works, seen.Work, executing, seen.At)
                : Works.SetItem(seen.Work, warm with { At = seen.At, OutOfMemory = false }),
        };
    }

    /// <summary>The version ran out of GPU memory here: it goes elsewhere while there is an elsewhere.</summary>
    public LearnedTimes AfterOutOfMemory(string work, DateTimeOffset at) =>
        this with
        {
            Works = Works.SetItem(work,
            (Works.GetValueOrDefault(work) ?? new(Estimates.PriorSeconds, 0, at)) with { OutOfMemory = true, At = at })
        };

    private static ImmutableDictionary<string, LearnedTime> Blend(ImmutableDictionary<string, LearnedTime> times, string key,
        double seconds, DateTimeOffset at)
    {
        var known = times.GetValueOrDefault(key);
        var samples = (known?.Samples ?? 0) + 1;
        var blended = known is null || samples == 1 ? seconds
            : known.Seconds + (Math.Max(Alpha, 1.0 / samples) * (seconds - known.Seconds));
        times = times.SetItem(key, new(blended, samples, at));
        return times.Count <= MostKept ? times : times.Remove(times.MinBy(t => t.Value.At).Key);
    }
}

/// <summary>An exponentially weighted mean, in seconds.</summary>
/// <param name="Samples">How many executions it stands on; 0 when none has ended well here.</param>
/// <param name="At">When it last changed.</param>
public sealed record LearnedTime(double Seconds, int Samples, DateTimeOffset At, bool OutOfMemory = false);

/// <summary>One execution that ended well.</summary>
/// <param name="Loaded">The model files that were read from disk; what a cache spared is not among them.</param>
/// <param name="Seconds">From the beginning to the end that ComfyUI stated.</param>
public sealed record Observation(string Work, ImmutableArray<ModelFile> Models, ImmutableArray<string> Loaded,
    double Seconds, DateTimeOffset At);

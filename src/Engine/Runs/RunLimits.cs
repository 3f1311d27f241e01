using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Runs;

/// <summary>How patient a run is. Fixed when the run is accepted, so that a changed setting never moves a run in flight.</summary>
public sealed record RunLimits
{
    /// <summary>The latest rules that this release knows.</summary>
    public const int LatestRules = 1;

    /// <summary>
    /// By which rules the run is decided, from its acceptance to its end; <see langword="null"/> for the first. A release that decides
    /// otherwise counts on, and keeps the rules before for the runs that began by them.
    /// </summary>
    public int? Rules { get; init; }

    /// <summary>Whether this release knows them; else a newer one must decide.</summary>
    [JsonIgnore]
    public bool AreKnown => Rules is null or <= LatestRules;

    /// <summary>A run that is still waiting for its first slot then is expired.</summary>
    public required DateTimeOffset StartBy { get; init; }

    /// <summary>A run that has not ended then is stopped and fails with run_timeout.</summary>
    public required DateTimeOffset FinishBy { get; init; }

    /// <summary>Placements at most, those that cost nothing left out.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Placements that may cost nothing; further ones are charged.</summary>
    public int MaxFree { get; init; } = 16;

    /// <summary>Hosts that may die under the run before it is taken for the cause.</summary>
    public int MaxSuspectHosts { get; init; } = 2;

    /// <summary>
    /// How long after placing the run first asks its host by itself. Each later question waits eight times longer, so that a run of any
    /// length asks a handful of times.
    /// </summary>
    public TimeSpan FirstInspection { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Between two requests to stop a prompt that goes on.</summary>
    public TimeSpan StopInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Requests to stop a prompt before its host is given up.</summary>
    public int MaxStops { get; init; } = 10;

    /// <summary>Between a step that the façade itself could not carry out and the next try; twice as long each time.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);
}

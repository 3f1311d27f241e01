using System.Collections.Immutable;
using ComfyFunc.Engine.Runs;

namespace ComfyFunc.Engine.Pool;

/// <summary>One slot in use: by which attempt of which run, since when, and what was expected of it.</summary>
public sealed record HeldSlot(RunId Run, int Attempt, DateTimeOffset At)
{
    public string Work { get; init; } = "";

    public string Inputs { get; init; } = "";

    /// <summary>What the prompt demands of a host, by its key.</summary>
    public string Needs { get; init; } = "";

    public string Client { get; init; } = "";

    public int Priority { get; init; }

    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>Those of the models that the host was expected to have to load.</summary>
    public ImmutableArray<string> Loads { get; init; } = [];

    /// <summary>Execution and loading together.</summary>
    public double ExpectedSeconds { get; init; }

    /// <summary>When it became the first in line on its host; <see langword="null"/> while another is before it.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    public Lease On(HostId host) => new(host, Run, Attempt);

    /// <summary>What is left of the expected time. One that has overrun is expected to need a while yet.</summary>
    public double RemainingSeconds(DateTimeOffset now) =>
        FirstAt is not { } since ? ExpectedSeconds : Math.Max(ExpectedSeconds - (now - since).TotalSeconds, ExpectedSeconds / 2);
}

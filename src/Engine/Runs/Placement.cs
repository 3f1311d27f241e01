using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ComfyFunc.Engine.Runs;

/// <summary>What one attempt asks of the pool: which hosts it must not take, and why it differs from the first.</summary>
public sealed record Placement
{
    public static Placement First { get; } = new() { Attempt = 1, HasBegun = false };

    public required int Attempt { get; init; }

    /// <summary>
    /// How many of the attempts before cost the run nothing: a refusal, a person's interrupt, a way round somebody else's work.
    /// </summary>
    public int Free { get; init; }

    /// <summary>Hosts that failed this run. No later attempt goes there, unless they are all that there is.</summary>
    public ImmutableArray<HostId> Excluded { get; init; } = [];

    /// <summary>Hosts that would not take the prompt as it is.</summary>
    public ImmutableArray<HostId> Refused { get; init; } = [];

    /// <summary>What the first of those said.</summary>
    public RunFault? Refusal { get; init; }

    /// <summary>How many hosts died while this run's prompt was executing.</summary>
    public int Suspects { get; init; }

    /// <summary>The host whose GPU memory was not enough: the next one must have more.</summary>
    public HostId? LargerThan { get; init; }

    /// <summary>The cached result had lost its file: the prompt must be executed anew.</summary>
    public bool DefeatCache { get; init; }

    /// <summary>A person took the prompt off its host once: the next time it is taken for meant.</summary>
    public bool WasTakenOff { get; init; }

    /// <summary>The failure that this attempt is to confirm on another host, because the first one is doubted.</summary>
    public Doubt? Doubt { get; init; }

    /// <summary>
    /// Whether an earlier attempt has begun to execute. Rows of earlier releases do not say; there every attempt counted as begun.
    /// </summary>
    public bool? HasBegun { get; init; }

    [JsonIgnore]
    public bool WasStarted => HasBegun ?? Attempt > 1;

    /// <summary>The attempts that count against the bound, this one included.</summary>
    [JsonIgnore]
    public int Charged => Attempt - Free;

    /// <summary>The same for attempts that may go to the same hosts.</summary>
    [JsonIgnore]
    public string Key =>
        Excluded.IsEmpty && Refused.IsEmpty && LargerThan is null ? "" : $"{Names(Excluded)}|{Names(Refused)}|{LargerThan}";

    public Placement Next() => this with { Attempt = Attempt + 1 };

    /// <summary>The next attempt, at no charge.</summary>
    public Placement NextFree() => this with { Attempt = Attempt + 1, Free = Free + 1 };

    public Placement Without(HostId host) => Excluded.Contains(host) ? this : this with { Excluded = Excluded.Add(host) };

    private static string Names(ImmutableArray<HostId> hosts) => string.Join(',', hosts.Select(h => h.Value).Order(StringComparer.Ordinal));
}

/// <summary>A node failed on a host that has failed much of late: whether the host or the input is to blame shows on another one.</summary>
public sealed record Doubt(HostId Host, RunFault Fault);

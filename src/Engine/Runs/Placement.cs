using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ComfyFunc.Runs;

/// <summary>What one attempt asks of the pool: which hosts it must not take, and why it differs from the first.</summary>
public sealed record Placement
{
    public static Placement First { get; } = new() { Attempt = 1 };

    public required int Attempt { get; init; }

    /// <summary>Hosts that failed this run; no later attempt goes there.</summary>
    public ImmutableArray<HostId> Excluded { get; init; } = [];

    /// <summary>How many of them died while this run's prompt was executing.</summary>
    public int Suspects { get; init; }

    /// <summary>The host whose GPU memory was not enough: the next one must have more.</summary>
    public HostId? LargerThan { get; init; }

    /// <summary>The cached result had lost its file: the prompt must be executed anew.</summary>
    public bool DefeatCache { get; init; }

    /// <summary>The same for attempts that may go to the same hosts.</summary>
    [JsonIgnore]
    public string Key => Excluded.IsEmpty && LargerThan is null ? "" : $"{string.Join(',', Excluded.Select(h => h.Value).Order(StringComparer.Ordinal))}|{LargerThan}";

    public Placement Next() => this with { Attempt = Attempt + 1 };

    public Placement Without(HostId host) => Excluded.Contains(host) ? this : this with { Excluded = Excluded.Add(host) };
}

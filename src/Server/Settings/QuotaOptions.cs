using System.ComponentModel.DataAnnotations;

namespace ComfyFunc.Server.Settings;

/// <summary>What one client may take. What is not set is not limited.</summary>
public sealed class QuotaOptions
{
    /// <summary>Stands for every client that has no quota of its own.</summary>
    public const string Others = "*";

    [Required]
    public string Client { get; init; } = Others;

    /// <summary>Calls in a minute, as each process counts them.</summary>
    [Range(1, 1_000_000)]
    public int? RunsPerMinute { get; init; }

    /// <summary>Runs that have not ended.</summary>
    [Range(1, 1_000_000)]
    public int? OpenRuns { get; init; }

    /// <summary>Runs accepted since midnight (UTC).</summary>
    [Range(1, 100_000_000)]
    public int? RunsPerDay { get; init; }
}

using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ComfyFunc.Server.Settings;

/// <summary>A caller of the configuration.</summary>
public sealed class CallerOptions
{
    /// <summary>Characters; fewer could be guessed.</summary>
    public const int ShortestKey = 24;

    [Required]
    public string Client { get; init; } = "";

    /// <summary>What it sends as <c>Authorization: Bearer</c> or <c>X-Api-Key</c>.</summary>
    [Required, MinLength(ShortestKey), PasswordPropertyText(true)]
    public string Key { get; init; } = "";

    public Role Role { get; init; } = Role.Run;

    /// <summary>The workflows that it may use: names, or patterns such as <c>shop-*</c>. Empty for all.</summary>
    public IList<string> Workflows { get; init; } = [];

    /// <summary>The hosts that it may speak for: names, or patterns such as <c>gpu-*</c>. Empty for all.</summary>
    public IList<string> Hosts { get; init; } = [];
}

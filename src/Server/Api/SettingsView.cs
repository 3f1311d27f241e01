using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json.Serialization;
using ComfyFunc.Server.Http;
using ComfyFunc.Server.Settings;

namespace ComfyFunc.Server.Api;

/// <summary>The settings that are in force.</summary>
[View("Settings"), Description("What every setting is, and where that comes from.")]
internal sealed record SettingsView
{
    public required ImmutableArray<SettingView> Settings { get; init; }
}

/// <summary>One setting.</summary>
internal sealed record SettingView
{
    public required string Name { get; init; }

    [Description("As it is in force; null where it has none, and of secrets."), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Value { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Default { get; init; }

    public required bool Secret { get; init; }

    public required bool IsSet { get; init; }

    [Description("'default', 'environment', 'command line', 'platform', or the name of a file.")]
    public required string Source { get; init; }

    public static SettingView Of(SettingInForce setting) => new()
    {
        Name = setting.Name,
        Value = setting.Value,
        Default = setting.Default,
        Secret = setting.IsSecret,
        IsSet = setting.IsSet,
        Source = setting.Source,
    };
}

using System.Collections;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;

namespace ComfyFunc.Server.Settings;

/// <summary>A section of the configuration that this process reads.</summary>
/// <param name="Path">What it is called; empty for what stands at the top.</param>
/// <param name="Defaults">An instance of its options of which nothing is set.</param>
public sealed record SettingsSection(string Path, object Defaults);

/// <summary>One setting as it is in force.</summary>
/// <param name="Value">As it is set, else its default; <see langword="null"/> where it has none, and of secrets.</param>
/// <param name="Source">Where it is set: <c>default</c>, <c>environment</c>, <c>command line</c>, <c>platform</c>, or a file's name.</param>
public sealed record SettingInForce(string Name, string? Value, string? Default, bool IsSecret, bool IsSet, string Source);

/// <summary>Says of every setting what it is and where that comes from; of secrets only whether they are set.</summary>
public sealed class SettingsInForce(IConfiguration configuration, IEnumerable<SettingsSection> sections)
{
    private const string Unset = "default";

    /// <summary>In the order of the options. A list or a map has a line for each value in it, or one when it is empty.</summary>
    public ImmutableArray<SettingInForce> All() => [.. sections.SelectMany(s => Members(s.Path, s.Defaults))];

    private IEnumerable<SettingInForce> Members(string path, object defaults) =>
        from member in defaults.GetType().GetProperties()
        where member.SetMethod is { IsPublic: true, IsStatic: false }
        let name = NameOf(member)
        from setting in Member(path.Length == 0 ? name : $"{path}:{name}", member, member.GetValue(defaults))
        select setting;

    private IEnumerable<SettingInForce> Member(string path, PropertyInfo member, object? value) => value switch
    {
        string or null => [One(path, value, IsSecret(member))],
        IEnumerable => Values(path, IsSecret(member), member.PropertyType.GenericTypeArguments[^1]),
        _ when IsSection(value.GetType()) => Members(path, value),
        _ => [One(path, value, IsSecret(member))],
    };

    // What is set below a list or a map, whatever it is.
    private IEnumerable<SettingInForce> Values(string path, bool isSecret, Type element) =>
        configuration.GetSection(path).GetChildren().SelectMany(c => Below(c, isSecret, element))
            .DefaultIfEmpty(One(path, null, isSecret));

    private IEnumerable<SettingInForce> Below(IConfigurationSection section, bool isSecret, Type? type)
    {
        if (section.Value is not null)
        {
            yield return One(section.Path, null, isSecret);
        }

        foreach (var child in section.GetChildren())
        {
            var member = type?.GetProperty(child.Key, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance);
            foreach (var below in Below(child, isSecret || (member is not null && IsSecret(member)), member?.PropertyType))
            {
                yield return below;
            }
        }
    }

    private SettingInForce One(string path, object? standard, bool isSecret)
    {
        var set = configuration[path] is { Length: > 0 } text ? text : null;
        var normal = TextOf(standard);
        return new(path, isSecret ? null : WithoutPassword(set ?? normal), isSecret ? null : normal, isSecret, set is not null,
            set is null ? Unset : SourceOf(configuration, path));
    }

    private static string NameOf(PropertyInfo member) =>
        member.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name ?? member.Name;

    // As it would be written where it is set.
    private static string? TextOf(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };

    private static bool IsSecret(PropertyInfo member) => member.GetCustomAttribute<PasswordPropertyTextAttribute>() is { Password: true };

    private static bool IsSection(Type type) => type is { IsClass: true } && type != typeof(Uri);

    // Whoever wrote a password or a token into an address finds neither here.
    private static string? WithoutPassword(string? value) =>
        value is not null && value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out var url)
        && url.UserInfo.Length + url.Query.Length > 0
            ? new UriBuilder(url) { UserName = "", Password = "", Query = url.Query.Length > 0 ? "…" : "" }.ToString() : value;

    // The last that has it is the one that holds.
    private static string SourceOf(IConfiguration configuration, string path) =>
        configuration is IConfigurationRoot root && root.Providers.LastOrDefault(p => p.TryGet(path, out _)) is { } provider
            ? provider switch
            {
                CommandLineConfigurationProvider => "command line",
                EnvironmentVariablesConfigurationProvider => "environment",
                FileConfigurationProvider file => Path.GetFileName(file.Source.Path) ?? "file",
                ChainedConfigurationProvider chained => SourceOf(chained.Configuration, path),
                MemoryConfigurationProvider => "platform",
                _ => provider.GetType().Name,
            }
            : Unset;
}

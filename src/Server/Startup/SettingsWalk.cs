using System.ComponentModel.DataAnnotations;
using System.Reflection;
using ComfyFunc.Engine;
using Microsoft.Extensions.Configuration;

namespace ComfyFunc.Server.Startup;

/// <summary>
/// Compares a section with the type that it is bound to. .NET's own binder passes over names that it does not know, and drops an element
/// of a list, without a word, when one of its values cannot be read: a caller's key, and with it the door.
/// </summary>
internal sealed class SettingsWalk
{
    private readonly List<SettingFault> faults = [];
    private readonly Dictionary<string, string?> values = [];
    private readonly NullabilityInfoContext nullability = new();

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<SettingFault> Faults => faults;

    /// <summary>What can be read, by its path below the section.</summary>
    public IReadOnlyDictionary<string, string?> Values => values;

    /// <param name="section">What is set.</param>
    /// <param name="type">What may be set.</param>
    /// <param name="path">What the section is called.</param>
    public static SettingsWalk Through(IConfiguration section, Type type, string path)
    {
        var walk = new SettingsWalk();
        walk.Members(section, type, path, below: "");
        return walk;
    }

    private void Members(IConfiguration section, Type type, string path, string below)
    {
        var members = Settable(type);
        foreach (var child in section.GetChildren())
        {
            if (members.FirstOrDefault(m => m.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { } member)
            {
                Member(child, member, Join(path, member.Name), $"{below}{member.Name}");
            }
            else
            {
                Add(Join(path, child.Key), Suggestion.NearestOf(child.Key, members.Select(m => m.Name)) is { } nearest
                    ? $"is no setting. Did you mean '{nearest}'?"
                    : $"is no setting. {path} has {string.Join(", ", members.Select(m => m.Name))}.");
            }
        }
    }

    private void Member(IConfigurationSection section, PropertyInfo member, string path, string below)
    {
        var isOptional = nullability.Create(member).WriteState is NullabilityState.Nullable;
        if (SettingKind.Of(member.PropertyType, member.GetCustomAttribute<RangeAttribute>()) is { } kind)
        {
            Value(section, kind, isOptional, path, below);
        }
        else if (ElementOf(member.PropertyType, typeof(IDictionary<,>)) is not null)
        {
            Entries(section, path, below);
        }
        else if (ElementOf(member.PropertyType, typeof(IList<>)) is { } element)
        {
            Elements(section, element, path, below);
        }
        else if (IsSection(section, path,
            $"{section.Key} has members: {string.Join(", ", Settable(member.PropertyType).Select(m => m.Name))}"))
        {
            Members(section, member.PropertyType, path, $"{below}:");
        }
    }

    private void Value(IConfigurationSection section, SettingKind kind, bool isOptional, string path, string below)
    {
        if (section.GetChildren().Any())
        {
            Add(path, $"has members, but must be {kind.Expected}.");
        }
        else if (string.IsNullOrWhiteSpace(section.Value))
        {
            if (!isOptional)
            {
                Add(path, kind.Objection(""));
            }
        }
        else if (!kind.Reads(section.Value))
        {
            Add(path, kind.Objection(section.Value));
        }
        else
        {
            values[below] = section.Value;
        }
    }

    private void Elements(IConfigurationSection section, Type element, string path, string below)
    {
        if (!IsSection(section, path, $"it is a list: set {path}:0 and so on"))
        {
            return;
        }

        foreach (var child in section.GetChildren())
        {
            var (childPath, childBelow) = ($"{path}:{child.Key}", $"{below}:{child.Key}");
            if (!child.Key.All(char.IsAsciiDigit))
            {
                Add(childPath, $"is no setting: {path} is a list, whose elements are numbered from 0.");
            }
            else if (SettingKind.Of(element, range: null) is { } kind)
            {
                Value(child, kind, isOptional: false, childPath, childBelow);
            }
            else if (!child.GetChildren().Any())
            {
                Add(childPath,
                    $"is {(string.IsNullOrWhiteSpace(child.Value) ? "empty" : "one value")}, but must have "
                        + $"members: {string.Join(", ", Settable(element).Select(m => m.Name))}.");
            }
            else
            {
                Members(child, element, childPath, $"{childBelow}:");
            }
        }
    }

    private void Entries(IConfigurationSection section, string path, string below)
    {
        if (!IsSection(section, path, $"it holds names: set {path}:{{name}}"))
        {
            return;
        }

        foreach (var child in section.GetChildren())
        {
            if (child.GetChildren().Any())
            {
                Add($"{path}:{child.Key}", "has members, but must be some text.");
            }
            else
            {
                values[$"{below}:{child.Key}"] = child.Value ?? "";
            }
        }
    }

    // An empty value is how an empty list or object of JSON arrives.
    private bool IsSection(IConfigurationSection section, string path, string shape)
    {
        if (string.IsNullOrWhiteSpace(section.Value))
        {
            return true;
        }

        Add(path, $"cannot be one value; {shape}.");
        return false;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}:{name}";

    private void Add(string path, string text) => faults.Add(new(path, text));

    private static PropertyInfo[] Settable(Type type) =>
        [.. type.GetProperties().Where(p => p.SetMethod is { IsPublic: true, IsStatic: false })];

    private static Type? ElementOf(Type type, Type generic) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments()[^1] : null;
}

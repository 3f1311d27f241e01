using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ComfyFunc.Server.Startup;

/// <summary>What the text of one setting may be, by the type of its property.</summary>
internal sealed partial record SettingKind(Func<string, bool> Reads, string Expected, bool IsPublic = true)
{
    // A longer one may be a secret that was put into the wrong place.
    private const int LongestShown = 20;

    /// <summary>The kind of a property that holds one value; <see langword="null"/> when it holds others.</summary>
    public static SettingKind? Of(Type type, RangeAttribute? range) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => new(_ => true, "some text"),
        var t when t == typeof(bool) => new(v => bool.TryParse(v, out _), "true or false"),
        var t when t == typeof(int) => Number(v => int.TryParse(v, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), range),
        var t when t == typeof(long) => Number(v => long.TryParse(v, NumberStyles.Integer, CultureInfo.InvariantCulture, out _), range),
        var t when t == typeof(TimeSpan) =>
            new(v => TimePattern.IsMatch(v.Trim()), "a time such as 00:10:00 (hours, minutes, seconds) or 7.00:00:00 (days before them)"),
        var t when t == typeof(Uri) => new(IsAddress, "a URL that begins with http:// or https://", IsPublic: false),
        { IsEnum: true } t => Name(t),
        _ => null,
    };

    /// <summary>What is wrong with a value that it does not read.</summary>
    public string Objection(string value) =>
        string.IsNullOrWhiteSpace(value) ? $"is empty, but must be {Expected}."
        : IsShown(value) ? $"is '{value}', but must be {Expected}."
        : $"must be {Expected}.";

    private bool IsShown(string value) => IsPublic ? value.Length <= LongestShown : !value.AsSpan().ContainsAny('@', '?');

    private static SettingKind Number(Func<string, bool> reads, RangeAttribute? range) => range is null
        ? new(reads, "a whole number")
        : new(v => reads(v) && range.IsValid(v),
            string.Create(CultureInfo.InvariantCulture,
                $"a whole number "
                    + $"from {Convert.ToDecimal(range.Minimum, CultureInfo.InvariantCulture)} "
                    + $"to {Convert.ToDecimal(range.Maximum, CultureInfo.InvariantCulture)}"));

    // The number of a name, or two names, are no name; and what stands for nothing cannot be wanted.
    private static SettingKind Name(Type type)
    {
        var names = Enum.GetNames(type).Where(n => n != "None").ToArray();
        return new(v => names.Contains(v.Trim(), StringComparer.OrdinalIgnoreCase),
            names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}");
    }

    private static bool IsAddress(string value) => Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    // Stricter than .NET, which takes a bare number, and hours from 24 on, for days.
    [GeneratedRegex(@"^([0-9]{1,7}\.)?([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?$")]
    private static partial Regex TimePattern { get; }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Graphs;

/// <summary>Replaces <c>%date:yyyy-MM-dd%</c> in the prefix of a file, as the front end does when it queues.</summary>
internal static partial class DateMarks
{
    public static bool Has(string? text) => text is not null && Marks.IsMatch(text);

    public static string Replace(string text, DateTimeOffset now) => Marks.Replace(text, m => Format(m.Groups[1].Value, now));

    public static string Format(string format, DateTimeOffset now) => Parts.Replace(format, part => part.Value switch
    {
        "yyyy" => now.Year.ToString(CultureInfo.InvariantCulture),
        "yy" => now.Year.ToString(CultureInfo.InvariantCulture)[2..],
        ['d', ..] => Padded(now.Day, part.Length),
        ['M', ..] => Padded(now.Month, part.Length),
        ['h', ..] => Padded(now.Hour, part.Length),
        ['m', ..] => Padded(now.Minute, part.Length),
        ['s', ..] => Padded(now.Second, part.Length),
        _ => part.Value,
    });

    private static string Padded(int value, int length) => value.ToString(CultureInfo.InvariantCulture).PadLeft(length, '0');

    // What has a dot is the name of a widget.
    [GeneratedRegex("%date:([^%.]*)%")]
    private static partial Regex Marks { get; }

    [GeneratedRegex("dd?|MM?|hh?|mm?|ss?|yyy?y?")]
    private static partial Regex Parts { get; }
}

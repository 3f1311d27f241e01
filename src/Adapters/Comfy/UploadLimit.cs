using System.Globalization;
using System.Text.RegularExpressions;

namespace ComfyFunc.Adapters.Comfy;

/// <summary>Finds the limit in what aiohttp says of a body that is too large.</summary>
internal static partial class UploadLimit
{
    public static long? In(string answer) =>
        Sentence.Match(answer) is { Success: true } match
        && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;

    // "Maximum request body size 104857600 exceeded, actual body size 104857914"
    [GeneratedRegex(@"body size (\d{1,18}) exceeded")]
    private static partial Regex Sentence { get; }
}

using System.Text.RegularExpressions;

namespace ComfyFunc.Server.Http;

/// <summary>What workflows and hosts may be called: names that are safe in paths, keys and file names on every system.</summary>
public static partial class SafeName
{
    public const string Rule =
        "1 to 100 letters, digits, spaces, dots, dashes and underscores, beginning and ending with a letter or digit";

    public static bool IsValid(string? name) => name is not null && Allowed.IsMatch(name);

    [GeneratedRegex(@"^[\p{L}\p{Nd}](?:[\p{L}\p{Nd} ._\-]{0,98}[\p{L}\p{Nd}])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed { get; }
}

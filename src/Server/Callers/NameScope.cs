using System.Collections.Immutable;
using System.IO.Enumeration;

namespace ComfyFunc.Server.Callers;

/// <summary>
/// The workflows or hosts that a key is for: all, or those whose names are like one of a list. In a pattern <c>*</c> stands for any text
/// and <c>?</c> for any letter; case is ignored, as in names.
/// </summary>
public sealed record NameScope(ImmutableArray<string> Patterns)
{
    private const int MostPatterns = 100;
    private const int LongestPattern = 100;

    public static NameScope All { get; } = new([]);

    public const string Rule = "1 to 100 names or patterns such as 'shop-*', each of at most 100 characters";

    public static bool IsValid(IReadOnlyCollection<string> patterns) =>
        patterns.Count <= MostPatterns && patterns.All(p => p.Trim().Length is > 0 and <= LongestPattern);

    public static NameScope Of(IEnumerable<string>? patterns) => new([.. (patterns ?? []).Select(p => p.Trim())]);

    public bool Has(string name) =>
        Patterns.IsEmpty || Patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, name, ignoreCase: true));
}

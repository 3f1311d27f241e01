using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Graphs;

/// <summary>One thing that a Use Everywhere node sends, and to whom.</summary>
internal sealed class EverywhereSender
{
    public required GraphNode Node { get; init; }

    /// <summary>The output that is sent.</summary>
    public required GraphLink Link { get; init; }

    public string? TitlePattern { get; init; }

    public string? InputPattern { get; init; }

    public string? GroupPattern { get; init; }

    public bool IsTitleInverted { get; init; }

    public bool IsInputInverted { get; init; }

    public bool IsGroupInverted { get; init; }

    /// <summary>1: the same groups only; 2: other groups only.</summary>
    public int GroupRestriction { get; init; }

    /// <summary>1: the same colour only; 2: other colours only.</summary>
    public int ColorRestriction { get; init; }

    public bool SendsToAny { get; init; }

    public bool SendsTextToCombos { get; init; }

    /// <summary>What somebody set; <see langword="null"/> where it follows from how narrow the sender is.</summary>
    public int? OwnPriority { get; init; }

    /// <summary>How a type that is sent more than once is told apart; <see langword="null"/> when it is sent once.</summary>
    public int? RepeatedRule { get; init; }

    /// <summary>The name that it is sent under, where its type is sent more than once.</summary>
    public string Name { get; init; } = "";

    /// <summary>Which sender wins where several would do.</summary>
    public int Priority => OwnPriority ?? Narrowness;

    private int Narrowness => 10
        + (Node.Type is "Seed Everywhere" or "Prompts Everywhere" ? 10 : 0)
        + (TitlePattern is not null || InputPattern is not null || GroupPattern is not null || RepeatedRule is not null ? 20 : 0)
        + (GroupRestriction != 0 ? 3 : 0)
        + (ColorRestriction != 0 ? 6 : 0);

    /// <summary>Whether it would send to this input.</summary>
    public bool Reaches(string type, string title, IReadOnlyCollection<string> names, EverywherePatterns patterns, bool sharesGroup,
        IReadOnlyCollection<string> groups, bool sharesColor) =>
        FitsType(type)
        && patterns.Fits(TitlePattern, [title], IsTitleInverted)
        && patterns.Fits(InputPattern, names, IsInputInverted)
        && patterns.Fits(GroupPattern, groups, IsGroupInverted)
        && GroupRestriction switch { 1 => sharesGroup, 2 => !sharesGroup, _ => true }
        && ColorRestriction switch { 1 => sharesColor, 2 => !sharesColor, _ => true }
        && FitsRepeated(title, names, patterns);

    private bool FitsType(string type) =>
        type == Link.Type || (type is "COMBO" && Link.Type is "STRING" && SendsTextToCombos) || (type is "*" && SendsToAny);

    private bool FitsRepeated(string title, IReadOnlyCollection<string> names, EverywherePatterns patterns) => RepeatedRule switch
    {
        null => true,
        1 => names.Any(n => Short(n, Name) is var l && n[..l] == Name[..l]),
        2 => names.Any(n => Short(n, Name) is var l && n[^l..] == Name[^l..]),
        3 => title == Name,
        4 => patterns.Fits(Name, names, false),
        _ => names.Contains(Name),
    };

    private static int Short(string one, string other) => Math.Min(one.Length, other.Length);
}

/// <summary>The regular expressions of a file. They are strangers': none may run away.</summary>
internal sealed partial class EverywherePatterns(GraphReport report, GraphPlace place)
{
    /// <summary>The inputs that positive prompts go to.</summary>
    public const string Positive = @"(_|\b)pos(itive|_|\b)";

    /// <summary>The inputs that negative prompts go to.</summary>
    public const string Negative = @"(_|\b)neg(ative|_|\b)";

    /// <summary>The inputs that seeds go to.</summary>
    public const string Seed = "seed|随机种";

    private const int LongestPattern = 500;
    private const int MostPatterns = 50;
    private readonly Dictionary<string, Regex?> compiled = new(StringComparer.Ordinal)
    {
        [Positive] = Positives,
        [Negative] = Negatives,
        [Seed] = Seeds,
    };

    public bool Fits(string? pattern, IReadOnlyCollection<string> texts, bool isInverted) =>
        pattern is null || (Compiled(pattern) is { } regex && texts.Any(regex.IsMatch) != isInverted);

    private Regex? Compiled(string pattern)
    {
        if (compiled.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (pattern.Length > LongestPattern || compiled.Count > MostPatterns)
        {
            report.Refuse("E6", place,
                $"Use Everywhere has more than {MostPatterns} expressions here, or one of more than {LongestPattern} characters.");
            return compiled[pattern] = null;
        }

        try
        {
            return compiled[pattern] = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            report.Refuse("E6", place, $"The expression '{pattern}' of Use Everywhere cannot be read here: whom it means is not known.");
            return compiled[pattern] = null;
        }
    }

    [GeneratedRegex(Positive, RegexOptions.CultureInvariant)]
    private static partial Regex Positives { get; }

    [GeneratedRegex(Negative, RegexOptions.CultureInvariant)]
    private static partial Regex Negatives { get; }

    [GeneratedRegex(Seed, RegexOptions.CultureInvariant)]
    private static partial Regex Seeds { get; }
}

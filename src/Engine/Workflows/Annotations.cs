using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ComfyFunc.Workflows;

/// <summary>What an author wrote into a node's title for API runs, in ComfyUI Fast API's dialect (<c>[tag:a,b] [!bypass]</c>) or its successor's (<c>$tag(a,b) #tag !bypass</c>).</summary>
public sealed partial record Annotations(ImmutableArray<Tag> Tags, bool Bypass, bool Cache)
{
    public static Annotations None { get; } = new([], false, false);

    public static Annotations Parse(string? title)
    {
        if (string.IsNullOrWhiteSpace(title))
        {
            return None;
        }

        var brackets = Brackets.Matches(title).Select(m => m.Groups[1].Value.Trim()).Where(t => t.Length > 0).ToArray();
        var rest = Brackets.Replace(title, " ");
        var words = Words.Matches(rest).Select(m => m.Groups[1].Value).ToArray();
        return new(
            [.. brackets.Where(t => t[0] != '!').Select(Bracketed).OfType<Tag>(), .. Dollars.Matches(rest).Select(Dollar), .. Hashes.Matches(rest).Select(m => new Tag(m.Groups[1].Value, []) { IsOutputOnly = true })],
            Has("bypass"),
            Has("cache"));

        bool Has(string word) => brackets.Any(t => t[0] == '!' && t[1..].Trim().Equals(word, StringComparison.OrdinalIgnoreCase)) || words.Contains(word, StringComparer.OrdinalIgnoreCase);
    }

    private static Tag? Bracketed(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? text : text[..colon]).Trim();
        return name.Length == 0 ? null : new(name, colon < 0 ? null : List(text[(colon + 1)..]));
    }

    private static Tag Dollar(Match match) => new(match.Groups[1].Value, match.Groups[2].Success ? List(match.Groups[2].Value) : null);

    private static ImmutableArray<string> List(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex(@"\[([^\[\]]*)\]")]
    private static partial Regex Brackets { get; }

    [GeneratedRegex(@"(?<!\S)\$([\p{L}_][\p{L}\p{Nd}_\-]*)(?:\(([^()]*)\))?(?!\S)")]
    private static partial Regex Dollars { get; }

    [GeneratedRegex(@"(?<!\S)#([\p{L}_][\p{L}\p{Nd}_\-]*)(?!\S)")]
    private static partial Regex Hashes { get; }

    [GeneratedRegex(@"(?<!\S)!(bypass|cache)(?!\S)", RegexOptions.IgnoreCase)]
    private static partial Regex Words { get; }
}

/// <summary>One tag in a title.</summary>
/// <param name="Inputs">The inputs that it exposes; <see langword="null"/> for all widgets.</param>
public sealed record Tag(string Name, ImmutableArray<string>? Inputs)
{
    /// <summary>Written <c>#tag</c>: it names an output and nothing else.</summary>
    public bool IsOutputOnly { get; init; }

    public bool Exposes(NodeInput input, bool isLinked, bool isOnOutputNode) =>
        Inputs is { } listed ? listed.Contains(input.Name, StringComparer.OrdinalIgnoreCase) && (input.IsWidget || CanBeLiteral(input))
        : input.IsWidget && !isLinked && !isOnOutputNode;

    // A listed input that the author forced to be a socket still takes a value of a scalar type.
    private static bool CanBeLiteral(NodeInput input) => input.Type is "INT" or "FLOAT" or "STRING" or "BOOLEAN" or NodeInput.Combo;
}

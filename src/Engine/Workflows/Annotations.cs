using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Workflows;

/// <summary>
/// What an author wrote into a node's title for API runs, in ComfyUI Fast API's dialect (<c>[tag:a,b] [!bypass]</c>) or its successor's
/// (<c>$tag(a,b) #tag !bypass</c>).
/// </summary>
public sealed partial record Annotations(ImmutableArray<Tag> Tags, bool Bypass, bool Cache)
{
    public static Annotations None { get; } = new([], false, false);

    /// <summary>Texts in brackets that the node's pack wrote, which are no tags.</summary>
    public ImmutableArray<string> Ignored { get; init; } = [];

    /// <summary>The marks by the words that they are written with.</summary>
    public IEnumerable<string> Marks => [.. Bypass ? ["bypass"] : Array.Empty<string>(), .. Cache ? ["cache"] : Array.Empty<string>()];

    /// <param name="own">The names of the node's class: what stands in brackets there too is no tag.</param>
    public static Annotations Parse(string? title, params ReadOnlySpan<string?> own)
    {
        if (string.IsNullOrWhiteSpace(title))
        {
            return None;
        }

        var tags = ImmutableArray.CreateBuilder<Tag>();
        var ignored = ImmutableArray.CreateBuilder<string>();
        var marks = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Brackets.Matches(title))
        {
            var text = match.Groups[1].Value.Trim();
            if (text.StartsWith('!'))
            {
                marks.Add(text[1..].Trim());
            }
            else if (text.Length > 0 && IsOwn(match.Value, text, own))
            {
                ignored.Add(text);
            }
            else if (Bracketed(text) is { } tag)
            {
                tags.Add(tag);
            }
        }

        var rest = Brackets.Replace(title, " ");
        tags.AddRange(Dollars.Matches(rest).Select(Dollar));
        tags.AddRange(Hashes.Matches(rest).Select(m => new Tag(m.Groups[1].Value, []) { IsOutputOnly = true }));
        marks.UnionWith(Words.Matches(rest).Select(m => m.Groups[1].Value));
        return new(tags.ToImmutable(), marks.Contains("bypass"), marks.Contains("cache")) { Ignored = ignored.ToImmutable() };
    }

    /// <summary>What looks like an annotation and is none, as sentences for the author.</summary>
    public IEnumerable<string> MistypedIn(string? title)
    {
        if (string.IsNullOrWhiteSpace(title))
        {
            yield break;
        }

        foreach (Match match in Brackets.Matches(title))
        {
            var text = match.Groups[1].Value.Trim();
            if (Ignored.Contains(text))
            {
                continue;
            }

            if (text.StartsWith('!') && !Known.Contains(text[1..].Trim(), StringComparer.OrdinalIgnoreCase))
            {
                yield return $"'[{text}]' is no mark. There are [!bypass] and [!cache].";
            }
            else if (text.Length == 0 || text[0] == ':')
            {
                yield return $"'{match.Value}' names no tag.";
            }
            else if (text.Split(':')[0].Contains(',', StringComparison.Ordinal))
            {
                yield return $"'[{text}]' is one tag with a comma in its name. "
                    + "Inputs are listed after a colon, [tag:a,b]; two tags are [a] [b].";
            }
        }

        var rest = Brackets.Replace(title, " ");
        if (rest.AsSpan().ContainsAny('[', ']'))
        {
            yield return $"A bracket of the title '{title}' has no partner.";
        }

        foreach (Match match in Signs.Matches(Hashes.Replace(Dollars.Replace(Words.Replace(rest, " "), " "), " ")))
        {
            var right = match.Value.Contains('!', StringComparison.Ordinal) ? "there are !bypass and !cache, as words of their own"
                : "$tag and $tag(a,b) are words of their own";
            yield return $"'{match.Value}' is no annotation: {right}.";
        }
    }

    private static bool IsOwn(string bracket, string text, ReadOnlySpan<string?> own)
    {
        foreach (var name in own)
        {
            if (name?.Contains(bracket, StringComparison.OrdinalIgnoreCase) is true)
            {
                return true;
            }
        }

        return StatusMarks.Has(text);
    }

    private static Tag? Bracketed(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? text : text[..colon]).Trim();
        var isMarked = name.EndsWith('!');
        name = isMarked ? name[..^1].TrimEnd() : name;
        return name.Length == 0 ? null : new(name, colon < 0 ? null : List(text[(colon + 1)..])) { IsMarked = isMarked };
    }

    private static Tag Dollar(Match match) => new(match.Groups[1].Value, match.Groups[2].Success ? List(match.Groups[2].Value) : null);

    private static ImmutableArray<TagInput> List(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Listed)];

    private static TagInput Listed(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var at and > 0
            ? new(text[..at].TrimEnd(), text[(at + 1)..].Trim().ToLowerInvariant()) : new(text);

    private static readonly ImmutableArray<string> Known = ["bypass", "cache"];

    [GeneratedRegex(@"\[([^\[\]]*)\]")]
    private static partial Regex Brackets { get; }

    [GeneratedRegex(@"(?<!\S)\$([\p{L}_][\p{L}\p{Nd}_\-]*)(?:\(([^()]*)\))?(?!\S)")]
    private static partial Regex Dollars { get; }

    [GeneratedRegex(@"(?<!\S)#([\p{L}_][\p{L}\p{Nd}_\-]*)(?!\S)")]
    private static partial Regex Hashes { get; }

    [GeneratedRegex(@"(?<!\S)!(bypass|cache)(?!\S)", RegexOptions.IgnoreCase)]
    private static partial Regex Words { get; }

    // A dollar before a letter, and a mark that begins as the true ones do.
    [GeneratedRegex(@"\S*\$[\p{L}_]\S*|(?<!\S)!(?:by|ca)\S*|\S+!(?:bypass|cache)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Signs { get; }
}

using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ComfyFunc.Server.Api.Description;

/// <summary>
/// Names of operations and schemas. A workflow's is made of its name alone: another workflow that is saved moves none of them.
/// </summary>
internal static partial class Identifiers
{
    private const int MarkLength = 10;

    // Runs of these would be called as the API's own operations and schemas are.
    private static readonly FrozenSet<string> Reserved = new[] { "Workflow", "WorkflowVersion", "Batch", "VersionBatch",
        "Stopped" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A plain name, ASCII words joined by hyphens, is written in PascalCase. Any other, and one that is reserved or looks as if it had
    /// one, has a mark of the name behind what ASCII it has, so that no two names come to the same.
    /// </summary>
    public static string OfWorkflow(string name) =>
        Pascal(name, "Workflow") is var identifier && Plain.IsMatch(name) && !Reserved.Contains(identifier) && !Mark.IsMatch(identifier)
        ? identifier : Marked(identifier, name);

    /// <summary>
    /// Identifiers of one workflow's tags, in their order: PascalCase, with marks where two would be the same in any case.
    /// </summary>
    public static ImmutableArray<string> OfTags(IEnumerable<string> tags)
    {
        var named = tags.Select(t => (Tag: t, Identifier: Pascal(t, "Tag"))).ToArray();
        var times = named.CountBy(n => n.Identifier, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
        return [.. named.Select(n => times[n.Identifier] == 1 ? n.Identifier : Marked(n.Identifier, n.Tag))];
    }

    private static string Pascal(string name, string otherwise)
    {
        var words = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ',
            StringSplitOptions.RemoveEmptyEntries);
        var identifier = string.Concat(words.Select(w => $"{char.ToUpperInvariant(w[0])}{w[1..]}"));
        return identifier.Length == 0 || char.IsAsciiDigit(identifier[0]) ? $"{otherwise}{identifier}" : identifier;
    }

    // No underscore: generators take it for the end of a group's name.
    private static string Marked(string identifier, string name) =>
        $"{identifier}X0{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..MarkLength]}";

    [GeneratedRegex(@"^[A-Za-z][a-z0-9]*(-[A-Za-z][a-z0-9]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain { get; }

    [GeneratedRegex(@"X0[0-9a-f]{10}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Mark { get; }
}

using System.Collections.Immutable;

namespace ComfyFunc.Engine.Workflows;

/// <summary>Knows what packs write into brackets of their own titles to say how finished a node is.</summary>
internal static class StatusMarks
{
    private static readonly ImmutableArray<string> Anyhow =
        ["deprecated", "do not use", "don't use", "dont use", "experimental", "legacy", "obsolete", "outdated", "nightly", "wip",
            "work in progress", "unstable", "broken", "unsupported", "not recommended"];

    // These are words that authors name things by, too; packs shout them.
    private static readonly ImmutableArray<string> InCapitals = ["ALPHA", "BETA", "OLD", "NEW", "DEV", "PAID", "TEST", "FIX", "PRO"];

    public static bool Has(string text) =>
        Anyhow.Any(m => Begins(text, m, StringComparison.OrdinalIgnoreCase))
        || InCapitals.Any(m => Begins(text, m, StringComparison.Ordinal) && !text.Any(char.IsLower));

    private static bool Begins(string text, string mark, StringComparison comparison) =>
        text.StartsWith(mark, comparison)
        && (text.Length == mark.Length || (!char.IsLetterOrDigit(text[mark.Length]) && text[mark.Length] is not ('_' or ':')));
}

using ComfyFunc.Engine;
using ComfyFunc.Engine.Graphs;

namespace ComfyFunc.Standalone;

/// <summary>
/// What there is to say of a conversion, a line each: how grave it is, by which rule, of which node and input, where, and what.
/// </summary>
internal static class ConversionReport
{
    /// <param name="graph">Where in the file the graph is.</param>
    public static string LineOf(GraphFinding finding, string graph) => Line(WordOf(finding.Severity), finding.Rule, finding.Node,
        finding.Title, finding.Input, graph + finding.Pointer, finding.Message);

    public static string LineOf(Fault fault) => Line("refused", "A1", null, null, null, fault.Pointer, fault.Detail);

    public static IEnumerable<string> LinesOf(PromptDifferences differences)
    {
        foreach (var difference in differences.Listed)
        {
            yield return Line(difference.Kind is PromptDifferenceKind.AddedDefault ? "note" : "differs", "A1", difference.Node,
                difference.Title, difference.Input, "", difference.Message);
        }

        if (differences.Left > 0)
        {
            yield return $"{differences.Left} more differences are not listed.";
        }

        yield return differences.Agree ? "The conversion agrees with the prompt in the file."
            : "The conversion differs from the prompt in the file.";
    }

    private static string Line(string severity, string rule, string? node, string? title, string? input, string? pointer, string message)
    {
        string?[] parts = [severity, rule, node, title is null ? null : $"\"{title}\"", input, pointer];
        return OneLine($"{string.Join(' ', parts.Where(p => !string.IsNullOrEmpty(p)))}: {message}");
    }

    // Titles and values may have lines.
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static string WordOf(GraphSeverity severity) => severity switch
    {
        GraphSeverity.Note => "note",
        GraphSeverity.DiffersFromBrowser => "differs",
        _ => "refused",
    };
}

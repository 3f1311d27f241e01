using System.Text.Json;
using System.Text.RegularExpressions;

namespace ComfyFunc.Engine.Graphs;

/// <summary>
/// Replaces what the browser replaces in the prefixes of files: <c>%date:…%</c>, and <c>%node.widget%</c> with what that widget holds.
/// </summary>
internal sealed partial class PrefixText(Func<IEnumerable<NodeView>> nodes, GraphMoment? moment, GraphReport report)
{
    private const int LongestPrefix = 2_000;
    private const int LongestValue = 2_000;
    private readonly Lazy<Dictionary<string, NodeView>> aliases = new(() => First(nodes(), AliasOf));
    private readonly Lazy<Dictionary<string, NodeView>> titles = new(() => First(nodes(), TitleOf));

    private static readonly HashSet<string> Savers = new(StringComparer.Ordinal)
    {
        "SaveImage", "SaveImageAdvanced", "SaveSVGNode", "SaveVideo", "SaveAnimatedWEBP", "SaveWEBM", "SaveAudio", "SaveAudioMP3",
        "SaveAudioOpus", "SaveAudioAdvanced", "SaveGLB", "SaveAnimatedPNG", "CLIPSave", "VAESave", "ModelSave", "LoraSave", "SaveLatent",
    };

    /// <summary>Whether the browser replaces anything in the prefix of this class.</summary>
    public static bool Has(string nodeClass) => Savers.Contains(nodeClass);

    public JsonElement Replace(JsonElement value, GraphPlace place)
    {
        var text = value.GetString()!; // The caller has looked.
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return value;
        }

        if (text.Length > LongestPrefix)
        {
            report.Refuse("D7", place, $"The prefix has more than {LongestPrefix} characters.");
            return value;
        }

        var replaced = Marks.Replace(text, match => Replaced(match, place));
        return replaced == text ? value : LooseJson.Of(replaced);
    }

    private string Replaced(Match match, GraphPlace place)
    {
        var inner = match.Groups[1].Value;
        var parts = inner.Split('.');
        if (parts.Length != 2)
        {
            return inner.StartsWith("date:", StringComparison.Ordinal) ? Date(parts[0]["date:".Length..], match.Value, place) : match.Value;
        }

        var node = aliases.Value.GetValueOrDefault(parts[0]) ?? titles.Value.GetValueOrDefault(parts[0]);
        if (node is null || (node.Widget(parts[1]) is null && node.Virtual is not VirtualKind.Primitive))
        {
            report.Note("D7", place, $"'{match.Value}' names no widget of this graph and stays as it is.");
            return match.Value;
        }

        var value = node.Virtual is VirtualKind.Primitive ? node.Node.Values.Items().FirstOrDefault() : node.Widget(parts[1])!.Value;
        report.Note("D7", place,
            $"'{match.Value}' is replaced with what the widget held in the file; a run with another value does not change it.");
        var shown = Shown(value);
        if (shown.Length > LongestValue)
        {
            report.Refuse("D7", place, $"'{match.Value}' holds more than {LongestValue} characters, too many for the name of a file.");
            return match.Value;
        }

        return Illegal.Replace(shown, "_");
    }

    private string Date(string format, string match, GraphPlace place)
    {
        if (moment is null)
        {
            report.Note("D7", place, $"'{match}' is the date: each run puts its own in, as the browser does each time it queues.");
            return match;
        }

        report.Note("D7", place, $"'{match}' is replaced with the date of the conversion. The browser takes the date on which it queues.");
        return DateMarks.Format(format, moment.Now);
    }

    // Every node but the savers has its class as an alias, until somebody writes another.
    private static string? AliasOf(NodeView view) =>
        view.Node.Property("Node name for S&R").Text() ?? (Has(view.Node.Type) ? null : view.Node.Type);

    private static Dictionary<string, NodeView> First(IEnumerable<NodeView> all, Func<NodeView, string?> name)
    {
        var first = new Dictionary<string, NodeView>(StringComparer.Ordinal);
        foreach (var view in all)
        {
            if (name(view) is { } own)
            {
                first.TryAdd(own, view);
            }
        }

        return first;
    }

    private static string? TitleOf(NodeView view) => view.Node.Title ?? view.Class?.DisplayName ?? view.Node.Type;

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!, // A string is never null.
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Marks { get; }

    [GeneratedRegex("""[/?<>\\:*|"\x00-\x1F\x7F]""")]
    private static partial Regex Illegal { get; }
}

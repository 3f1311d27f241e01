using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>Holds the rules of docs/conversion.md to the goldens, and what it says of reports to what the code can report.</summary>
public sealed partial class ConversionPageTests
{
    private const string Never = "–";

    private static readonly string Page = File.ReadAllText(Path.Combine(TestFolders.Root, "docs", "conversion.md"));

    private static readonly string Sources = string.Join('\n', Directory.GetFiles(
        Path.Combine(TestFolders.Root, "src", "Engine", "Graphs"), "*.cs").Select(File.ReadAllText));

    /// <summary>Names that the code chooses among before it reports.</summary>
    private static readonly string[] Chosen = [.. Choice.Matches(Sources).SelectMany(m => Quoted.Matches(m.Value)).Select(m => m.Value)];

    public static TheoryData<string> Rules => [.. Rows.Keys];

    private static Dictionary<string, (string Named, string Refused)> Rows { get; } = Row.Matches(Page).ToDictionary(
        m => m.Groups["rule"].Value, m => (m.Groups["named"].Value, m.Groups["refused"].Value), StringComparer.Ordinal);

    [Fact]
    public void The_page_has_the_rules_that_have_goldens_and_those_that_the_code_names()
    {
        Assert.Equal(GraphGoldens.Names.Select(n => n.Split('-')[0]).Distinct().Order(StringComparer.Ordinal),
            Rows.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(Quoted.Matches(Sources).Select(m => m.Value).Except(Rows.Keys));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_row_says_whether_the_rule_names_and_refuses(string rule)
    {
        var reported = Reported.Matches(Sources).Where(m => m.Groups["rule"].Value == rule).Select(m => m.Groups["kind"].Value).ToArray();
        var names = reported.Any(k => k is "Note" or "Differs") || Chosen.Contains(rule) || rule == "A1"; // It counts what is left out.
        Assert.Equal((names, reported.Contains("Refuse")), (Rows[rule].Named != Never, Rows[rule].Refused != Never));
    }

    [GeneratedRegex(@"^\| (?<rule>[A-I]\d) \| [^|]+(\\\|[^|]+)? \| (?<named>[^|]+) \| (?<refused>[^|]+) \| [^|]+ \|$",
        RegexOptions.Multiline)]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"report\.(?<kind>Note|Differs|Refuse)\(\s*""(?<rule>[A-I]\d)""")]
    private static partial Regex Reported { get; }

    [GeneratedRegex(@"var rule = [^;]+;")]
    private static partial Regex Choice { get; }

    [GeneratedRegex(@"(?<="")[A-I]\d(?="")")]
    private static partial Regex Quoted { get; }
}

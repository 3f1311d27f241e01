using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ComfyFunc.Tests.Infra;

/// <summary>Holds alerts and the workbook to the names of docs/telemetry.md.</summary>
public partial class MonitoringTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(TestFolders.Root, "docs", "telemetry.md"));

    [Fact]
    public async Task There_is_an_alert_for_each_thing_that_somebody_is_woken_for()
    {
        var plan = await Plan.OfAsync(Plan.Everything);
        Assert.Equal(["failed-runs", "no-ready-host", "queue-wait", "server-errors", "storage-faults"],
            Alerts(plan).Select(a => Name.Match((string)a["name"]!).Groups[1].Value).Order(StringComparer.Ordinal));
        var group = (string)plan.The("Microsoft.Insights/actionGroups")["id"]!;
        Assert.All(Alerts(plan), a => Assert.Equal(group, (string)a["properties"]!["actions"]!["actionGroups"]!.AsArray().Single()!));
        var page = File.ReadAllText(Path.Combine(TestFolders.Root, "docs", "azure.md"));
        Assert.All(Alerts(plan), a => Assert.Contains(((string)a["properties"]!["displayName"]!)["ComfyFunc: ".Length..], page,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_somebody_to_write_to_there_is_none() => Assert.Empty(Alerts(await Plan.OfAsync(Plan.Defaults)));

    [Fact]
    public async Task A_threshold_that_is_given_is_the_one_that_counts() => Assert.Contains(
        Alerts(await Plan.OfAsync(Plan.Network)).Select(QueryOf),
        q => q.Contains("seconds > 33", StringComparison.Ordinal));

    [Fact]
    public async Task Queries_name_metrics_and_attributes_that_there_are()
    {
        var plan = await Plan.OfAsync(Plan.Everything);
        string[] queries = [.. Alerts(plan).Select(QueryOf), .. WorkbookQueries(plan)];
        var metrics = MetricRow.Matches(Page).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string> { "comfyfunc.runs", "comfyfunc.hosts" }, metrics);
        Assert.True(queries.Length > 15);
        Assert.All(queries.SelectMany(q => Dimension.Matches(q)),
            m => Assert.Contains($"`{m.Groups[1].Value}`", Page, StringComparison.Ordinal));
        // What stands in quotes and is no dimension.
        Assert.All(queries.Select(q => Dimension.Replace(q, "")).SelectMany(q => OwnName.Matches(q)),
            m => Assert.Contains(m.Groups[1].Value, metrics));
    }

    [Fact]
    public async Task The_workbook_shows_every_metric()
    {
        var shown = string.Join('\n', WorkbookQueries(await Plan.OfAsync(Plan.Defaults)));
        Assert.All(MetricRow.Matches(Page).Select(m => m.Groups[1].Value), m => Assert.Contains($"'{m}'", shown, StringComparison.Ordinal));
    }

    private static IEnumerable<JsonObject> Alerts(Plan plan) => plan.Of("Microsoft.Insights/scheduledQueryRules");

    private static string QueryOf(JsonObject alert) => (string)alert["properties"]!["criteria"]!["allOf"]!.AsArray().Single()!["query"]!;

    private static IEnumerable<string> WorkbookQueries(Plan plan)
    {
        var workbook = JsonNode.Parse((string)plan.PropertiesOf("Microsoft.Insights/workbooks")["serializedData"]!)!;
        Assert.Equal("Notebook/1.0", (string)workbook["version"]!);
        return workbook["items"]!.AsArray().Select(i => (string?)i!["content"]!["query"]).OfType<string>();
    }

    [GeneratedRegex("^alert-(.+)-[a-z0-9]+$")]
    private static partial Regex Name { get; }

    [GeneratedRegex(@"^\| `(comfyfunc\.[a-z_.]+)` \| (?:counter|histogram|gauge) \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow { get; }

    [GeneratedRegex(@"customDimensions\['([^']+)'\]")]
    private static partial Regex Dimension { get; }

    [GeneratedRegex(@"'(comfyfunc\.[^']+)'")]
    private static partial Regex OwnName { get; }
}

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>What the process says of itself, as it is read by people and by programs.</summary>
[Collection(nameof(AppCollection))]
public sealed partial class LogTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_problems_trace_id_is_in_the_log_at_its_time()
    {
        Assert.SkipWhen(AppProcess.IsFunctionsApp, "The Functions host writes the log there.");
        await using var app = await AppProcess.StartAsync(azurite);
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var trace = await TraceOfProblemAsync(app);

        var line = Assert.Single(await LinesAsync(app, trace));
        var at = DateTimeOffset.ParseExact(Stamp.Match(line).Value, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal);
        Assert.InRange(at, before, DateTimeOffset.UtcNow);
        Assert.Contains("Answered 404 not_found to GET /api/runs/none", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_json_where_that_is_configured()
    {
        Assert.SkipWhen(AppProcess.IsFunctionsApp, "The Functions host writes the log there.");
        await using var app =
            await AppProcess.StartAsync(azurite, new Dictionary<string, string> { ["Logging__Console__FormatterName"] = "json" });
        var trace = await TraceOfProblemAsync(app);

        var line = JsonNode.Parse(Assert.Single(await LinesAsync(app, trace)))!;
        Assert.Equal(2011, (int)line["EventId"]!);
        Assert.Equal(trace, (string)line["State"]!["TraceId"]!);
        Assert.Matches(Stamp, (string)line["Timestamp"]!);
    }

    private static async Task<string> TraceOfProblemAsync(AppProcess app)
    {
        using var problem = await app.Http.GetAsync(new Uri("runs/none", UriKind.Relative), Cancellation);
        return (string)(await problem.JsonAsync())["traceId"]!;
    }

    // The console is written after the answer.
    private static Task<string[]> LinesAsync(AppProcess app, string text) => Eventually.SeesAsync(
        () => Task.FromResult(app.LogText.Split('\n').Where(l => l.Contains(text, StringComparison.Ordinal)).ToArray()),
        lines => lines.Length > 0, TimeSpan.FromSeconds(20));

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")]
    private static partial Regex Stamp { get; }
}

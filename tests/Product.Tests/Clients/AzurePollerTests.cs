using System.Diagnostics;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Acceptance;
using ComfyFunc.Tests.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace ComfyFunc.Tests.Clients;

/// <summary>
/// Azure's own poller (<c>@azure/core-lro</c>, as npm has it) reads every end of a run for what it is, whichever header leads it.
/// </summary>
[Collection(nameof(ClientCollection))]
public class AzurePollerTests(AzuriteFixture azurite)
{
    private const string Key = "an-administrator-s-long-key";

    private static readonly string[] Headers = ["all", "operation-location", "azure-asyncoperation"];
    private static readonly string Source = Path.Combine(TestFolders.Root, "tests", "Product.Tests", "Clients", "Azure");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_end_is_read_for_what_it_is()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await StartAsync(host, new Dictionary<string, string>());

        await TellsEveryEndAsync(app.Http, [], []);
    }

    [Fact]
    public async Task With_keys_and_signed_links_too_and_who_polls_needs_no_key()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app =
            await StartAsync(host,
                new Dictionary<string, string>
                {
                    ["ComfyFunc__Callers__0__Client"] = "operators",
                    ["ComfyFunc__Callers__0__Key"] = Key,
                    ["ComfyFunc__Callers__0__Role"] = "Admin"
                });
        var key = new JsonObject { ["x-api-key"] = Key };

        await TellsEveryEndAsync(app.Http, key, []);
        var held = Assert.Single(await PollAsync(app.Http, key, key, [Call("quick", "all")]));
        Assert.Equal(("succeeded", "succeeded"), (StatusOf(held), (string)held["result"]!["status"]!));
    }

    [Fact]
    public async Task A_run_that_had_ended_when_the_call_was_answered_is_read_for_what_it_is()
    {
        await using var host = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var app = await StartAsync(host, new Dictionary<string, string>());
        var ends = await PollAsync(app.Http, [], [],
            [.. Headers.SelectMany(h => new[] { Call("broken", h, prefer: "wait=30"), Call("quick", h, prefer: "wait=30") })]);

        Assert.Equal([.. Headers.SelectMany(_ => new[] { "failed", "succeeded" })], ends.Select(StatusOf));
    }

    // The ends come with everything that Azure's clients may be led by; Location alone tells of an end, not of which.
    private static async Task TellsEveryEndAsync(HttpClient http, JsonObject headers, JsonObject pollHeaders)
    {
        using var drained = await http.PostAsync("hosts/a/drain");
        var expired = await PollAsync(http, headers, pollHeaders, [.. Headers.Select(h => Call("quick", h, "?startWithin=1"))]);
        using var resumed = await http.PostAsync("hosts/a/resume");
        var failed = await PollAsync(http, headers, pollHeaders, [.. Headers.Select(h => Call("broken", h))]);
        var succeeded = await PollAsync(http, headers, pollHeaders, [.. Headers.Select(h => Call("quick", h))]);
        var canceled = await PollAsync(http, headers, pollHeaders, [.. Headers.Select(h => Call("slow", h, cancel: true))]);
        var byLocation = Assert.Single(await PollAsync(http, headers, pollHeaders, [Call("quick", "location")]));

        Assert.All(failed,
            f => Assert.Equal(("failed", "The long-running operation has failed. node_failed. "),
                (StatusOf(f), ((string)f["error"]!)[..52])));
        Assert.All(failed, f => Assert.Contains("no luck", (string)f["error"]!, StringComparison.Ordinal));
        Assert.All(expired,
            e => Assert.Equal(
                ("failed", "The long-running operation has failed. start_deadline_exceeded. No slot came free before the start deadline."),
                (StatusOf(e), (string)e["error"]!)));
        Assert.All(canceled, c => Assert.Equal(("canceled", "Operation was canceled"), (StatusOf(c), (string)c["error"]!)));
        Assert.All(succeeded,
            s => Assert.Equal(("succeeded", "succeeded", "image"),
                (StatusOf(s), (string)s["result"]!["status"]!, (string)s["result"]!["outputs"]!["image"]![0]!["type"]!)));
        Assert.Equal(("succeeded", "succeeded"), (StatusOf(byLocation), (string)byLocation["result"]!["status"]!));
    }

    private async Task<AppProcess> StartAsync(SimulatedHost host, Dictionary<string, string> settings)
    {
        var app = await AppProcess.StartAsync(azurite, settings);
        app.Http.DefaultRequestHeaders.Add("X-Api-Key", Key);
        await app.Http.AddHostAsync("a", host, slots: 4);
        await app.Http.SaveAsync("quick", Acceptance.Prompts.Slow.Replace("\"seconds\":1.0", "\"seconds\":0.1", StringComparison.Ordinal));
        await app.Http.SaveAsync("slow", Acceptance.Prompts.Slow.Replace("\"seconds\":1.0", "\"seconds\":60", StringComparison.Ordinal));
        await app.Http.SaveAsync("broken", Acceptance.Prompts.Failing);
        return app;
    }

    private static JsonObject Call(string workflow, string follows, string query = "", bool cancel = false,
        string prefer = "respond-async") =>
        new() { ["path"] = $"workflows/{workflow}{query}", ["follows"] = follows, ["cancel"] = cancel, ["prefer"] = prefer };

    private static string StatusOf(JsonNode end) => (string)end["status"]!;

    private static async Task<JsonNode[]> PollAsync(HttpClient http, JsonObject headers, JsonObject pollHeaders, JsonArray calls)
    {
        var tools = await NpmInstall.EnsureAsync("azure-pollers", Source, TestFolders.Tools, NullLogger.Instance, Cancellation);
        var script = Path.Combine(tools, "poll.mjs");
        File.Copy(Path.Combine(Source, "poll.mjs"), script, overwrite: true);
        // No shell, so there is a process.
        using var node =
            Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await node.StandardInput.WriteAsync(new JsonObject
        {
            ["server"] = http.BaseAddress!.AbsoluteUri,
            ["headers"] = headers.DeepClone(),
            ["pollHeaders"] = pollHeaders.DeepClone(),
            ["calls"] = calls
        }.ToJsonString());
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(Cancellation);
        await node.WaitForExitAsync(Cancellation);
        return [.. JsonNode.Parse(said)!.AsArray().Select(e => e!)]; // It answers each call.
    }
}

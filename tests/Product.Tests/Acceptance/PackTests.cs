using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>ComfyUIs with the pack: saving there is publishing, and the hosts look after themselves.</summary>
[Collection(nameof(AppCollection))]
public class PackTests(AzuriteFixture azurite)
{
    private const string AdminKey = "an-administrator-s-long-key";

    private static readonly string Marked = Graphs.Canvas.Replace("\"extra\": {", "\"extra\": {\"comfyfunc\":{\"name\":\"canvas\"}, ",
        StringComparison.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_saved_in_ComfyUI_is_live_and_in_step_on_both_hosts_and_an_outage_loses_nothing()
    {
        await using var app = await AppProcess.StartAsync(azurite);
        await using var first = await PackHost.StartAsync("first", app.Http.BaseAddress!);
        await using var second = await PackHost.StartAsync("second", app.Http.BaseAddress!);
        await UntilReadyAsync(app, "first");
        await UntilReadyAsync(app, "second");

        await first.SaveAsync("my canvas.json", Marked);
        await UntilVersionAsync(app, "canvas", 1);
        Assert.NotEmpty((await app.Http.RunAsync("canvas"))["outputs"]!["picture"]!.AsArray());
        Assert.Equal("[600,0]", PlaceIn(await second.UntilListedAsync("canvas", 1)));

        await second.SaveAsync("ComfyFunc/canvas.json", Moved(await second.UntilListedAsync("canvas", 1), 7));
        await UntilVersionAsync(app, "canvas", 2);
        Assert.Equal("[600,7]", PlaceIn(await first.UntilListedAsync("canvas", 2)));

        app.Kill();
        await first.SaveAsync("my canvas.json", Moved(JsonNode.Parse(Marked)!, 8));
        await first.SaveAsync("my canvas.json", Moved(JsonNode.Parse(Marked)!, 9));
        await Eventually.SeesAsync(first.StatusAsync, s => s["pending"]!.ToJsonString() == """["canvas"]""");
        await app.StartAsync();

        await UntilVersionAsync(app, "canvas", 3);
        Assert.Equal("[600,9]", PlaceIn(await second.UntilListedAsync("canvas", 3)));
        await Eventually.SeesAsync(first.StatusAsync, s => s["pending"]!.AsArray().Count == 0);
    }

    [Fact]
    public async Task A_run_ends_though_no_socket_is_open_to_its_host()
    {
        await using var app = await AppProcess.StartAsync(azurite);
        await using var host = await PackHost.StartAsync("deaf", app.Http.BaseAddress!, deniesSocket: true);
        await UntilReadyAsync(app, "deaf");
        await app.Http.SaveAsync("picture", Prompts.Picture);
        var run = await app.Http.RunAsync("picture");

        Assert.Equal(("succeeded", "deaf", 1), (Caller.Status(run), (string)run["host"]!, (int)run["attempt"]!));
    }

    [Fact]
    public async Task A_host_joins_by_its_own_key_says_goodbye_and_comes_back()
    {
        await using var app = await AppProcess.StartAsync(azurite, new Dictionary<string, string>
        {
            ["ComfyFunc__Callers__0__Client"] = "operators",
            ["ComfyFunc__Callers__0__Key"] = AdminKey,
            ["ComfyFunc__Callers__0__Role"] = "Admin",
        });
        app.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
        using var made = await app.Http.PostAsJsonAsync("keys", new { client = "gpu", role = "host", hosts = new[] { "gpu-*" } }, Cancellation);
        var key = (string)(await made.JsonAsync())["key"]!;

        await using var stranger = await PackHost.StartAsync("cpu-1", app.Http.BaseAddress!, key);
        var turnedAway = await Eventually.SeesAsync(stranger.StatusAsync, s => s["problem"] is not null);
        Assert.False((bool)turnedAway["connected"]!);

        await using (var host = await PackHost.StartAsync("gpu-1", app.Http.BaseAddress!, key))
        {
            var joined = await UntilReadyAsync(app, "gpu-1");
            Assert.NotNull(joined["pack"]!["version"]);
            await host.StopAsync();
            await Eventually.SeesAsync(() => HostAsync(app, "gpu-1"), h => (string?)h["state"] is "draining" or "offline");
        }

        await using var again = await PackHost.StartAsync("gpu-1", app.Http.BaseAddress!, key);
        await UntilReadyAsync(app, "gpu-1");
        Assert.Equal(["gpu-1"], (await (await app.Http.GetAsync(new Uri("hosts", UriKind.Relative), Cancellation)).JsonAsync())["hosts"]!
            .AsArray().Select(h => (string)h!["id"]!));
    }

    // The same graph with its picture node elsewhere.
    private static string Moved(JsonNode graph, int top)
    {
        graph["nodes"]![3]!["pos"]![1] = top;
        return graph.ToJsonString();
    }

    private static string PlaceIn(JsonNode graph) => graph["nodes"]![3]!["pos"]!.ToJsonString();

    private static Task<JsonObject> UntilReadyAsync(AppProcess app, string id) =>
        Eventually.SeesAsync(() => HostAsync(app, id), h => (string?)h["state"] == "ready" && h["pack"] is not null, TimeSpan.FromMinutes(1));

    private static async Task<JsonObject> HostAsync(AppProcess app, string id) =>
        await (await app.Http.GetAsync(new Uri($"hosts/{id}", UriKind.Relative), Cancellation)).JsonAsync();

    private static Task<int?> UntilVersionAsync(AppProcess app, string name, int version) => Eventually.SeesAsync(
        async () => (int?)(await (await app.Http.GetAsync(new Uri($"workflows/{name}", UriKind.Relative), Cancellation)).JsonAsync())["version"],
        v => v == version, TimeSpan.FromMinutes(1));
}

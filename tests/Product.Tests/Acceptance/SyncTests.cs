using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Published workflows lie in the list of every host's editor.</summary>
[Collection(nameof(AppCollection))]
public class SyncTests(AzuriteFixture azurite)
{
    private static readonly string Moved = Graphs.Canvas.Replace("[600,0]", "[600,1]", StringComparison.Ordinal);
    private static readonly string Mine = Graphs.Canvas.Replace("paint it", "my own note", StringComparison.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_saved_is_on_both_hosts_a_moment_later_and_newer_versions_take_its_place()
    {
        await using var pool = await PoolAsync();
        await pool.Http.SaveAsync("warm", Graphs.Canvas); // The first time of everything is slow.
        await pool.UntilAsync("host1", "warm", "current");
        var watch = Stopwatch.StartNew();
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        var mark = (await pool.Hosts[0].UntilAsync("canvas", 1))["extra"]!["comfyfunc"]!;
        await pool.Hosts[1].UntilAsync("canvas", 1);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal("canvas", (string)mark["name"]!);

        await pool.Http.SaveAsync("canvas", Moved);
        foreach (var host in pool.Hosts)
        {
            Assert.Equal("[600,1]", (await host.UntilAsync("canvas", 2))["nodes"]![3]!["pos"]!.ToJsonString());
            Assert.Equal(["canvas.json", "warm.json"], await Eventually.SeesAsync(host.NamesAsync, n => n.Length == 2));
        }

        var shown = await pool.UntilAsync("host0", "canvas", "current");
        Assert.Equal(2, (int)shown["version"]!);
        Assert.Null(shown["reason"]);
    }

    [Fact]
    public async Task What_was_edited_on_a_host_is_kept_beside_the_newer_version()
    {
        await using var pool = await PoolAsync();
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Hosts[0].UntilAsync("canvas", 1);
        await pool.Hosts[1].UntilAsync("canvas", 1);
        await pool.Hosts[1].SaveAsync("canvas.json", Mine);
        await pool.Http.SaveAsync("canvas", Moved);
        await pool.Hosts[0].UntilAsync("canvas", 2);
        await pool.Hosts[1].UntilAsync("canvas", 2);

        var shown = await pool.UntilAsync("host1", "canvas", "current");
        var copy = (string)shown["keptAs"]!;
        Assert.Matches(@"^canvas \(edited on host1 \d{4}-\d\d-\d\d \d\d\.\d\d\)\.json$", copy);
        Assert.Equal(Mine, await pool.Hosts[1].ReadAsync(copy));
        Assert.Equal(["canvas.json"], await Eventually.SeesAsync(pool.Hosts[0].NamesAsync, n => n.Length == 1));
        Assert.True(AppProcess.IsFunctionsApp || pool.App.LogText.Contains(copy, StringComparison.Ordinal), "It is not in the log.");
    }

    [Fact]
    public async Task What_an_author_publishes_from_a_host_is_left_there_as_it_was_saved()
    {
        await using var pool = await PoolAsync();
        await pool.Hosts[0].SaveAsync("canvas.json", Mine);
        await pool.Http.SaveAsync("canvas", Mine);
        await pool.Hosts[1].UntilAsync("canvas", 1);
        await pool.UntilAsync("host0", "canvas", "current");
        Assert.Equal(Mine, await pool.Hosts[0].ReadAsync("canvas.json"));
        Assert.Equal(["canvas.json"], await pool.Hosts[0].NamesAsync());
    }

    [Fact]
    public async Task What_is_deleted_goes_from_the_hosts_but_for_edits()
    {
        await using var pool = await PoolAsync();
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Hosts[0].UntilAsync("canvas", 1);
        await pool.Hosts[1].UntilAsync("canvas", 1);
        await pool.Hosts[1].SaveAsync("canvas.json", Mine);
        using var deleted = await pool.Http.DeleteAsync(new Uri("workflows/canvas", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        await Eventually.SeesAsync(pool.Hosts[0].NamesAsync, n => n.Length == 0);
        var left = await Eventually.SeesAsync(pool.Hosts[1].NamesAsync, n => n is not ["canvas.json"]);
        Assert.StartsWith("canvas (edited on host1 ", Assert.Single(left), StringComparison.Ordinal);
        Assert.Equal(Mine, await pool.Hosts[1].ReadAsync(left[0]));
        await Eventually.SeesAsync(() => pool.SyncOfAsync("host1"), s => s["workflows"]!["canvas"] is null);
    }

    [Fact]
    public async Task A_host_may_opt_out_and_in_again()
    {
        await using var pool = await PoolAsync();
        await pool.PutAsync(1, new { url = pool.Hosts[1].Sim.Url, sync = false });
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Hosts[0].UntilAsync("canvas", 1);
        Assert.Equal("""{"on":false}""", (await pool.SyncOfAsync("host1")).ToJsonString());
        Assert.Empty(await pool.Hosts[1].NamesAsync());

        await pool.PutAsync(1, new { url = pool.Hosts[1].Sim.Url, sync = true });
        await pool.Hosts[1].UntilAsync("canvas", 1);
        await pool.PutAsync(1, new { url = pool.Hosts[1].Sim.Url, sync = false });
        await pool.Http.SaveAsync("canvas", Moved);
        await pool.Hosts[0].UntilAsync("canvas", 2);
        await pool.Hosts[1].UntilAsync("canvas", 1);
        using var refused = await pool.Http.PutAsJsonAsync("hosts/host1", new { url = pool.Hosts[1].Sim.Url, sync = "no" }, Cancellation);
        Assert.Equal(["/sync"], await refused.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_host_that_was_away_has_everything_when_it_is_back()
    {
        await using var pool = await PoolAsync();
        await pool.Http.SaveAsync("gone", Graphs.Canvas);
        await pool.Hosts[1].UntilAsync("gone", 1);
        await pool.Hosts[1].Sim.KillAsync();
        await Eventually.SeesAsync(() => pool.HostAsync("host1"), h => (string)h["state"]! == "offline", TimeSpan.FromSeconds(40));
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Http.SaveAsync("canvas", Moved);
        using var deleted = await pool.Http.DeleteAsync(new Uri("workflows/gone", UriKind.Relative), Cancellation);
        await pool.Hosts[0].UntilAsync("canvas", 2);
        var away = (await pool.SyncOfAsync("host1"))["workflows"]!["canvas"]!;
        Assert.Equal(("failed", 2), ((string)away["state"]!, (int)away["version"]!));
        Assert.NotNull(away["reason"]);

        await pool.Hosts[1].Sim.RestartAsync(Cancellation);
        await pool.Hosts[1].UntilAsync("canvas", 2);
        Assert.Equal(["canvas.json"], await Eventually.SeesAsync(pool.Hosts[1].NamesAsync, n => n is ["canvas.json"]));
        await pool.UntilAsync("host1", "canvas", "current");
    }

    [Fact]
    public async Task A_host_that_joins_later_and_one_that_shares_its_folder_have_it_too()
    {
        await using var pool = await PoolAsync();
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.UntilAsync("host0", "canvas", "current");
        using var folder = new TestFolder();
        await using var one = await SimulatedHost.StartAsync(new() { BaseDirectory = folder.Path }, Cancellation);
        await using var two = await SimulatedHost.StartAsync(new() { BaseDirectory = folder.Path }, Cancellation);
        await pool.Http.AddHostAsync("one", one);
        await pool.Http.AddHostAsync("two", two);
        await pool.UntilAsync("one", "canvas", "current");
        await pool.UntilAsync("two", "canvas", "current");
        await pool.Http.SaveAsync("canvas", Moved);
        await Eventually.SeesAsync(() => pool.SyncOfAsync("one"), s => (string)s["workflows"]!["canvas"]!["state"]! == "current");
        await Eventually.SeesAsync(() => pool.SyncOfAsync("two"), s => (string)s["workflows"]!["canvas"]!["state"]! == "current");
        Assert.Equal(["canvas.json"], await new Files(two).NamesAsync());
        Assert.Equal(2, (int)JsonNode.Parse(await new Files(one).ReadAsync("canvas.json"))!["extra"]!["comfyfunc"]!["version"]!);
    }

    [Fact]
    public async Task What_was_saved_as_a_prompt_alone_is_told_and_not_sent()
    {
        await using var pool = await PoolAsync();
        await pool.Http.SaveAsync("plain", Graphs.CanvasPrompt);
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Hosts[0].UntilAsync("canvas", 1);
        var plain = await pool.UntilAsync("host0", "plain", "noGraph");
        Assert.Equal(1, (int)plain["version"]!);
        Assert.Equal(["canvas.json"], await pool.Hosts[0].NamesAsync());

        await pool.Http.SaveAsync("canvas", Graphs.CanvasPrompt);
        await pool.UntilAsync("host0", "canvas", "noGraph");
        Assert.Equal(["canvas.json"], await pool.Hosts[0].NamesAsync());
    }

    [Fact]
    public async Task A_host_that_answers_garbage_is_told_and_tried_again_and_keeps_no_other_waiting()
    {
        await using var pool = await PoolAsync();
        pool.Hosts[0].Sim.Faults.Answers = [new() { At = "/userdata", Body = "\"\\ud800 [[[", Status = 200 }];
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Hosts[1].UntilAsync("canvas", 1);
        var told = await pool.UntilAsync("host0", "canvas", "failed");
        Assert.StartsWith("It answered /userdata with ", (string)told["reason"]!, StringComparison.Ordinal);
        Assert.Equal("ready", (string)(await pool.HostAsync("host0"))["state"]!);

        pool.Hosts[0].Sim.Faults.Clear();
        await pool.Hosts[0].UntilAsync("canvas", 1);
        await pool.UntilAsync("host0", "canvas", "current");
    }

    [Theory]
    [InlineData(404, "It has no /userdata (404)")]
    [InlineData(405, "It has no /userdata (405)")]
    [InlineData(403, "It does not let /userdata be used (403)")]
    public async Task A_host_without_user_files_is_told_as_such(int status, string why)
    {
        await using var pool = await PoolAsync();
        pool.Hosts[0].Sim.Faults.Answers = [new() { At = "/userdata", Body = "", Status = status }];
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        var told = await pool.UntilAsync("host0", "canvas", "failed");
        Assert.StartsWith(why, (string)told["reason"]!, StringComparison.Ordinal);
        await pool.UntilAsync("host1", "canvas", "current");
    }

    [Fact]
    public async Task A_host_behind_a_door_is_given_them_through_it_and_asked_nothing_while_nothing_happens()
    {
        await using var guarded = await GuardedHost.StartAsync(
            r => r.Headers["X-Door"] == "secret" && r.Query["token"] == "too", Cancellation);
        var app = await AppProcess.StartAsync(azurite);
        await using var pool = new Pool(app, []);
        using var joined = await app.Http.PutAsJsonAsync("hosts/guarded",
            new { url = $"{guarded.Url}?token=too", headers = new Dictionary<string, string> { ["X-Door"] = "secret" } }, Cancellation);
        await app.Http.SaveAsync("canvas", Graphs.Canvas);
        await new Files(guarded.Host).UntilAsync("canvas", 1);
        await pool.UntilAsync("guarded", "canvas", "current");

        int Asked() => guarded.LetIn.Count(p => p.StartsWith("/userdata", StringComparison.Ordinal));
        var before = Asked();
        await app.Http.SaveAsync("canvas", Graphs.Canvas); // Nothing new.
        await app.Http.RunAsync("canvas");
        Assert.Equal(before, Asked());
        Assert.DoesNotContain(guarded.TurnedAway, p => p.StartsWith("/userdata", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_can_be_turned_off_for_all()
    {
        await using var pool = await PoolAsync(("SyncWorkflows", "false"));
        await pool.Http.SaveAsync("canvas", Graphs.Canvas);
        await pool.Http.RunAsync("canvas");
        Assert.Equal("""{"on":false}""", (await pool.SyncOfAsync("host0")).ToJsonString());
        Assert.Empty(await pool.Hosts[0].NamesAsync());
    }

    private async Task<Pool> PoolAsync(params (string Name, string Value)[] settings)
    {
        var app = await AppProcess.StartAsync(azurite, settings.ToDictionary(s => $"ComfyFunc__{s.Name}", s => s.Value));
        Files[] hosts = [.. (await Task.WhenAll(Enumerable.Range(0, 2)
            .Select(i => SimulatedHost.StartAsync(new() { Name = $"host{i}", Speed = 0 }, Cancellation)))).Select(h => new Files(h))];
        await app.Http.AddHostAsync("host0", hosts[0].Sim);
        await app.Http.AddHostAsync("host1", hosts[1].Sim);
        return new(app, hosts);
    }

    private sealed class Pool(AppProcess app, Files[] hosts) : IAsyncDisposable
    {
        public AppProcess App => app;

        public HttpClient Http => app.Http;

        public Files[] Hosts => hosts;

        public async Task<JsonObject> HostAsync(string id) =>
            await (await Http.GetAsync(new Uri($"hosts/{id}", UriKind.Relative), Cancellation)).JsonAsync();

        public async Task<JsonObject> SyncOfAsync(string id) => (await HostAsync(id))["sync"]!.AsObject();

        public async Task PutAsync(int host, object body) =>
            (await Http.PutAsJsonAsync($"hosts/host{host}", body, Cancellation)).EnsureSuccessStatusCode().Dispose();

        /// <summary>Until the host's row tells this of a workflow.</summary>
        public async Task<JsonNode> UntilAsync(string host, string workflow, string state) =>
            (await Eventually.SeesAsync(() => SyncOfAsync(host), s => (string?)s["workflows"]?[workflow]?["state"] == state))
                ["workflows"]![workflow]!;

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            foreach (var host in hosts)
            {
                await host.Sim.DisposeAsync();
            }
        }
    }

    /// <summary>Our folder of a host's list, as an author sees it.</summary>
    private sealed class Files(SimulatedHost sim)
    {
        private static readonly HttpClient Http = new();

        public SimulatedHost Sim => sim;

        public async Task SaveAsync(string file, string graph) =>
            (await Http.PostAsync(Of(file), Caller.Body(graph), Cancellation)).EnsureSuccessStatusCode().Dispose();

        public Task<string> ReadAsync(string file) => Http.GetStringAsync(Of(file), Cancellation);

        public async Task<string[]> NamesAsync()
        {
            using var answer = await Http.GetAsync(new Uri(sim.Url, "userdata?dir=workflows%2FComfyFunc"), Cancellation);
            return answer.StatusCode is HttpStatusCode.NotFound ? []
                : await answer.Content.ReadFromJsonAsync<string[]>(Cancellation) ?? [];
        }

        /// <summary>Until that version lies there.</summary>
        public Task<JsonNode> UntilAsync(string workflow, int version) => Eventually.SeesAsync(async () =>
        {
            using var answer = await Http.GetAsync(Of($"{workflow}.json"), Cancellation);
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))! : new JsonObject();
        }, f => (int?)f["extra"]?["comfyfunc"]?["version"] == version);

        private Uri Of(string file) => new(sim.Url, $"userdata/{Uri.EscapeDataString($"workflows/ComfyFunc/{file}")}");
    }
}

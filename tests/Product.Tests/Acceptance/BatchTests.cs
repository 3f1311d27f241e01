using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;
using ComfyFunc.Tests.Support;

namespace ComfyFunc.Tests.Acceptance;

/// <summary>Many runs by one request.</summary>
[Collection(nameof(AppCollection))]
public class BatchTests(AppFixture app, AzuriteFixture azurite)
{
    // A picture of one pixel.
    private const string Dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_of_inputs_makes_a_run_each()
    {
        await app.Http.SaveAsync("batched", Prompts.Picture);
        using var accepted = await PostAsync(app.Http,
            """{"inputs":[{"my sampler":{"seed":21}},{"my sampler":{"seed":22}},{"size":{"width":128},"my sampler":{"seed":23}}]}""");
        var batch = await accepted.JsonAsync();
        var ended = await EndAsync(app.Http, batch, "completed");
        var runs = (await GetAsync(app.Http, $"runs?batch={(string)batch["id"]!}"))["runs"]!.AsArray();

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.EndsWith((string)batch["links"]!["self"]!, accepted.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal((3, 3, 1.0), ((int)ended["total"]!, (int)ended["runs"]!["succeeded"]!, (double)ended["progress"]!));
        Assert.Equal([("{\"my sampler\":{\"seed\":23},\"size\":{\"width\":128}}", 2), ("{\"my sampler\":{\"seed\":22}}", 1),
            ("{\"my sampler\":{\"seed\":21}}", 0)], runs.Select(r => (r!["batch"]!["cell"]!.ToJsonString(), (int)r["batch"]!["index"]!)));
        Assert.All(runs, r => Assert.Equal((string)batch["id"]!, (string)r!["batch"]!["id"]!));
        Assert.Equal([64, 64, 128], runs.Select(r => (int)r!["outputs"]!["my image"]![0]!["width"]!).Order());
    }

    [Fact]
    public async Task A_matrix_makes_a_run_of_every_combination()
    {
        await app.Http.SaveAsync("batched", Prompts.Picture);
        using var accepted = await PostAsync(app.Http,
            """{"matrix":{"my sampler":{"seed":[1,2],"steps":[1,2,3]}},"input":{"positive":{"text":"a lake"}}}""");
        var batch = await accepted.JsonAsync();

        Assert.Equal(6, (int)(await EndAsync(app.Http, batch, "completed"))["runs"]!["succeeded"]!);
    }

    [Fact]
    public async Task What_came_of_a_batch_is_one_table_and_one_file()
    {
        await app.Http.SaveAsync("batched", Prompts.Picture);
        using var accepted =
            await PostAsync(app.Http, """{"matrix":{"my sampler":{"seed":[31,32],"cfg":[5]}},"metadata":{"sweep":"one"}}""");
        var batch = await accepted.JsonAsync();
        var path = $"batches/{(string)batch["id"]!}";
        var ended = await EndAsync(app.Http, batch, "completed");
        using var table = await app.Http.GetAsync(new Uri($"{path}/runs.csv", UriKind.Relative), Cancellation);
        var rows = (await table.Content.ReadAsStringAsync(Cancellation)).Split("\r\n").Select(r => r.Split(',')).ToArray();
        using var made = await app.Http.GetAsync(new Uri($"{path}/outputs?bundle=zip", UriKind.Relative), Cancellation);
        using var again = await app.Http.GetAsync(new Uri($"{path}/outputs?bundle=zip", UriKind.Relative), Cancellation);
        using var told = await app.Http.GetAsync(new Uri($"{path}/outputs?bundle=zip&link=true", UriKind.Relative), Cancellation);
        using var unsaid = await app.Http.GetAsync(new Uri($"{path}/outputs", UriKind.Relative), Cancellation);
        using var anyone = new HttpClient();
        await using var zip = await ZipArchive.CreateAsync(await anyone.GetStreamAsync(made.Headers.Location, Cancellation),
            ZipArchiveMode.Read, leaveOpen: false, null, Cancellation);
        var runs = (await GetAsync(app.Http, "runs?metadata.sweep=one")).Single(p => p.Key == "runs").Value!.AsArray();

        Assert.Equal(("text/csv", 4), (table.Content.Headers.ContentType?.MediaType, rows.Length));
        Assert.Equal(["index", "run", "status", "error", "my sampler.seed", "my sampler.cfg", "seed:my sampler.seed"], rows[0][..7]);
        Assert.Equal(["0 succeeded 31 5 31", "1 succeeded 32 5 32"], rows[1..3].Select(r => $"{r[0]} {r[2]} {r[4]} {r[5]} {r[6]}"));
        using var picture = await app.Http.GetAsync(new Uri(rows[1][^1]), Cancellation);
        Assert.Equal((HttpStatusCode.Redirect, HttpStatusCode.Redirect, HttpStatusCode.Redirect, HttpStatusCode.BadRequest),
            (picture.StatusCode, made.StatusCode, again.StatusCode, unsaid.StatusCode));
        Assert.Equal(made.Headers.Location!.AbsolutePath, again.Headers.Location!.AbsolutePath);
        Assert.Equal((HttpStatusCode.OK, made.Headers.Location!.AbsolutePath),
            (told.StatusCode, new Uri((string)(await told.JsonAsync())["url"]!).AbsolutePath));
        Assert.Equal(["0000/my image", "0001/my image"], zip.Entries.Select(e => e.FullName[..e.FullName.LastIndexOf('/')]));
        Assert.Equal(2, runs.Count);
        Assert.Equal("""{"sweep":"one"}""", ended["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task A_batch_of_an_alias_runs_its_version_and_has_no_file_while_it_goes_on()
    {
        await app.Http.SaveAsync("batched-v", Prompts.Slow);
        await app.Http.SaveAsync("batched-v", Prompts.Picture);
        using var alias = await app.Http.PutAsync(new Uri("workflows/batched-v/aliases/calm", UriKind.Relative),
            Caller.Body("""{"version":1}"""), Cancellation);
        using var accepted = await app.Http.PostAsync(new Uri("workflows/batched-v/versions/calm/batches", UriKind.Relative),
            Caller.Body("""{"inputs":[{"sleep":{"seconds":30},"canvas":{"color":5201}}]}"""), Cancellation);
        using var unknown = await app.Http.PostAsync(new Uri("workflows/batched-v/versions/9/batches", UriKind.Relative),
            Caller.Body("""{"inputs":[{}]}"""), Cancellation);
        var batch = await accepted.JsonAsync();
        using var early =
            await app.Http.GetAsync(new Uri($"batches/{(string)batch["id"]!}/outputs?bundle=zip", UriKind.Relative), Cancellation);
        var listed = (await GetAsync(app.Http, "batches?workflow=batched-v&status=running"))["batches"]!.AsArray();
        using var cancel = await app.Http.PostAsync($"batches/{(string)batch["id"]!}/cancel");
        await EndAsync(app.Http, batch, "canceled");
        using var over = await app.Http.PostAsync($"batches/{(string)batch["id"]!}/cancel");

        Assert.Equal((1, HttpStatusCode.NotFound, HttpStatusCode.Conflict), ((int)batch["version"]!, unknown.StatusCode, early.StatusCode));
        Assert.Equal((string)batch["id"]!, (string)Assert.Single(listed)!["id"]!);
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (cancel.StatusCode, over.StatusCode));
    }

    [Fact]
    public async Task One_wrong_call_refuses_the_batch_and_every_fault_has_its_place()
    {
        await app.Http.SaveAsync("batched", Prompts.Picture);
        var wrong = await PostAsync(app.Http, """{"inputs":[{"my sampler":{"seed":1}},{"my sampler":{"seed":-1}},{"nobody":{}}]}""");
        var large = await PostAsync(app.Http, Sweep(1001));
        var none = await PostAsync(app.Http, """{"inputs":[],"more":1}""");

        Assert.Equal(["/inputs/1/my sampler/seed", "/inputs/2/nobody"], await wrong.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(["/matrix"], await large.PointersAsync(HttpStatusCode.BadRequest));
        Assert.Equal(["/more"], await none.PointersAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_call_whose_file_cannot_be_had_is_told_and_the_others_run()
    {
        await app.Http.SaveAsync("batched", Prompts.Upload);
        using var accepted = await PostAsync(app.Http,
            $$$$"""{"inputs":[{"input":{"image":"http://127.0.0.1:1/none.png"}},{"input":{"image":"{{{{Dot}}}}"}}]}""");
        var ended = await EndAsync(app.Http, await accepted.JsonAsync(), "completed");

        Assert.Equal((1, 0, "input_unreachable"),
            ((int)ended["runs"]!["succeeded"]!, (int)ended["refused"]![0]!["index"]!,
                (string)ended["refused"]![0]!["errors"]![0]!["code"]!));
    }

    [Fact]
    public async Task A_canceled_batch_leaves_no_run_open()
    {
        await app.Http.SaveAsync("batched", Prompts.Slow);
        using var accepted =
            await PostAsync(app.Http,
                JsonSerializer.Serialize(
                    new
                    {
                        inputs = Enumerable.Range(0, 100)
                        .Select(i => new { sleep = new { seconds = 30 }, canvas = new { color = 5000 + i } })
                    }));
        var batch = await accepted.JsonAsync();
        using var cancel = await app.Http.PostAsync($"batches/{(string)batch["id"]!}/cancel");
        var ended = await EndAsync(app.Http, batch, "canceled");

        Assert.Equal(HttpStatusCode.Accepted, cancel.StatusCode);
        Assert.Equal((0, 0, 0), ((int)ended["runs"]!["queued"]!, (int)ended["runs"]!["running"]!, (int)ended["runs"]!["succeeded"]!));
    }

    [Fact]
    public async Task A_batch_goes_on_after_its_process_was_killed_and_makes_no_run_twice()
    {
        await using var hosts = await SimulatedHost.StartAsync(new() { Speed = 0.1 }, Cancellation);
        await using var own = await AppProcess.StartAsync(azurite);
        await own.Http.AddHostAsync("host", hosts, slots: 2);
        await own.Http.SaveAsync("batched", Prompts.Picture);
        using var accepted = await PostAsync(own.Http, Sweep(80));
        var batch = await accepted.JsonAsync();
        await Eventually.SeesAsync(() => GetAsync(own.Http, $"batches/{(string)batch["id"]!}"), now => (int)now["runs"]!["succeeded"]! > 0);

        await own.RestartAsync();
        var ended = await EndAsync(own.Http, batch, "completed");

        Assert.Equal(80, (int)ended["runs"]!["succeeded"]!);
        Assert.All(hosts.Stats.Executions, e => Assert.Equal(1, e.Value));
    }

    private static string Sweep(int seeds) =>
        $$$$"""{"matrix":{"my sampler":{"seed":[{{{{string.Join(',', Enumerable.Range(1, seeds))}}}}]}}}""";

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string body) =>
        await http.PostAsync(new Uri("workflows/batched/batches", UriKind.Relative), Caller.Body(body), Cancellation);

    private static async Task<JsonObject> GetAsync(HttpClient http, string path) =>
        await (await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).JsonAsync();

    private static Task<JsonObject> EndAsync(HttpClient http, JsonObject batch, string status) =>
        Eventually.SeesAsync(() => GetAsync(http, $"batches/{(string)batch["id"]!}"), now => (string)now["status"]! == status,
            AppProcess.Recovery + TimeSpan.FromMinutes(2));
}

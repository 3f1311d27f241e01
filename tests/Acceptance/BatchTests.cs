using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

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
        using var accepted = await PostAsync(app.Http, """{"inputs":[{"my sampler":{"seed":21}},{"my sampler":{"seed":22}},{"size":{"width":128},"my sampler":{"seed":23}}]}""");
        var batch = await accepted.JsonAsync();
        var ended = await EndAsync(app.Http, batch, "completed");
        var runs = (await GetAsync(app.Http, $"runs?batch={(string)batch["id"]!}"))["runs"]!.AsArray();

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.EndsWith((string)batch["links"]!["self"]!, accepted.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal((3, 3, 1.0), ((int)ended["total"]!, (int)ended["runs"]!["succeeded"]!, (double)ended["progress"]!));
        Assert.Equal([("{\"my sampler\":{\"seed\":23},\"size\":{\"width\":128}}", 2), ("{\"my sampler\":{\"seed\":22}}", 1), ("{\"my sampler\":{\"seed\":21}}", 0)], runs.Select(r => (r!["batch"]!["cell"]!.ToJsonString(), (int)r["batch"]!["index"]!)));
        Assert.All(runs, r => Assert.Equal((string)batch["id"]!, (string)r!["batch"]!["id"]!));
        Assert.Equal([64, 64, 128], runs.Select(r => (int)r!["outputs"]!["my image"]![0]!["width"]!).Order());
    }

    [Fact]
    public async Task A_matrix_makes_a_run_of_every_combination()
    {
        await app.Http.SaveAsync("batched", Prompts.Picture);
        using var accepted = await PostAsync(app.Http, """{"matrix":{"my sampler":{"seed":[1,2],"steps":[1,2,3]}},"input":{"positive":{"text":"a lake"}}}""");
        var batch = await accepted.JsonAsync();

        Assert.Equal(6, (int)(await EndAsync(app.Http, batch, "completed"))["runs"]!["succeeded"]!);
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
        using var accepted = await PostAsync(app.Http, $$$$"""{"inputs":[{"input":{"image":"http://127.0.0.1:1/none.png"}},{"input":{"image":"{{{{Dot}}}}"}}]}""");
        var ended = await EndAsync(app.Http, await accepted.JsonAsync(), "completed");

        Assert.Equal((1, 0, "input_unreachable"), ((int)ended["runs"]!["succeeded"]!, (int)ended["refused"]![0]!["index"]!, (string)ended["refused"]![0]!["errors"]![0]!["code"]!));
    }

    [Fact]
    public async Task A_canceled_batch_leaves_no_run_open()
    {
        await app.Http.SaveAsync("batched", Prompts.Slow);
        using var accepted = await PostAsync(app.Http, JsonSerializer.Serialize(new { inputs = Enumerable.Range(0, 100).Select(i => new { sleep = new { seconds = 30 }, canvas = new { color = 5000 + i } }) }));
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
        while ((int)(await GetAsync(own.Http, $"batches/{(string)batch["id"]!}"))["runs"]!["succeeded"]! == 0)
        {
        }

        await own.RestartAsync();
        var ended = await EndAsync(own.Http, batch, "completed");

        Assert.Equal(80, (int)ended["runs"]!["succeeded"]!);
        Assert.All(hosts.Stats.Executions, e => Assert.Equal(1, e.Value));
    }

    private static string Sweep(int seeds) => $$$$"""{"matrix":{"my sampler":{"seed":[{{{{string.Join(',', Enumerable.Range(1, seeds))}}}}]}}}""";

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string body) =>
        await http.PostAsync(new Uri("workflows/batched/batches", UriKind.Relative), Caller.Body(body), Cancellation);

    private static async Task<JsonObject> GetAsync(HttpClient http, string path) => await (await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation)).JsonAsync();

    private static async Task<JsonObject> EndAsync(HttpClient http, JsonObject batch, string status)
    {
        var until = DateTimeOffset.UtcNow + AppProcess.Recovery + TimeSpan.FromMinutes(2);
        while (true)
        {
            var now = await GetAsync(http, $"batches/{(string)batch["id"]!}");
            if ((string)now["status"]! == status)
            {
                return now;
            }

            Assert.True(DateTimeOffset.UtcNow < until, $"The batch is not {status}: {now.ToJsonString()}");
        }
    }
}

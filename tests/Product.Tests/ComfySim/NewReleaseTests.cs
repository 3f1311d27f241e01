using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What 0.29.0 does differently.</summary>
public sealed class NewReleaseTests : IAsyncLifetime
{
    private const string A = "11111111-1111-4111-8111-111111111111";
    private const string B = "22222222-2222-4222-8222-222222222222";
    private const string C = "33333333-3333-4333-8333-333333333333";
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync(new() { Speed = 0, ComfyVersion = "0.29.0" });

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task It_says_which_it_is()
    {
        Assert.Equal("0.29.0", (await rig.GetAsync("system_stats")).GetProperty("system").GetProperty("comfyui_version").GetString());
        Assert.Equal(
            """{"supports_preview_metadata": true, "max_upload_size": 104857600, "node_replacements": true, "assets": false}""",
            (await rig.GetAsync("features")).GetRawText());
    }

    [Fact]
    public async Task An_unknown_class_has_an_error_of_its_own()
    {
        var refusal = await rig.RefusedAsync(new JsonObject { ["1"] = Graphs.Node("NoSuchNode") });
        Assert.Equal("missing_node_type", refusal.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("NoSuchNode", refusal.GetProperty("error").GetProperty("extra_info").GetProperty("class_type").GetString());
        Assert.Equal("{}", refusal.GetProperty("node_errors").GetRawText());
    }

    [Theory]
    [InlineData("\"my-id\"")]
    [InlineData("\"AAAAAAAA-1111-4111-8111-111111111111\"")]
    [InlineData("\"{11111111-1111-4111-8111-111111111111}\"")]
    [InlineData("\"11111111111141118111111111111111\"")]
    [InlineData("7")]
    [InlineData("null")]
    public async Task A_prompt_id_that_is_no_canonical_uuid_is_refused(string id)
    {
        using var response =
            await rig.PostAsync("prompt", new JsonObject { ["prompt"] = Graphs.Picture(), ["prompt_id"] = JsonNode.Parse(id) });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(rig.Host.Stats.Submissions);
    }

    [Fact]
    public async Task A_canonical_prompt_id_is_taken_and_a_missing_one_made_up()
    {
        Assert.Equal(A, await rig.SubmitAsync(Graphs.Picture(), A));
        Assert.Equal(36, (await rig.SubmitAsync(Graphs.Picture())).Length);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    public async Task Extra_data_that_is_no_object_is_the_servers_error_and_harms_nobody(string extra)
    {
        using var response =
            await rig.PostAsync("prompt", new JsonObject { ["prompt"] = Graphs.Picture(), ["extra_data"] = JsonNode.Parse(extra) });
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), A);
    }

    [Fact]
    public async Task Combos_numbers_and_saving_nodes_are_described_anew()
    {
        var all = await rig.GetAsync("object_info");
        var blend = Input(all, "ImageBlend", "blend_mode");
        Assert.Equal(("COMBO", "normal"), (blend[0].GetString(), blend[1].GetProperty("options")[0].GetString()));
        Assert.Equal(JsonValueKind.Array, Input(all, "KSampler", "sampler_name")[0].ValueKind);
        Assert.Equal("fixed", Input(all, "PrimitiveInt", "value")[1].GetProperty("control_after_generate").GetString());
        Assert.Equal(["IMAGE", "IMAGE"],
            new[] { "SaveImage", "PreviewImage" }.Select(n => all.GetProperty(n).GetProperty("output")[0].GetString()));
    }

    [Fact]
    public async Task Older_ones_describe_them_as_before()
    {
        await using var old = await SimRig.StartAsync();
        var all = await old.GetAsync("object_info");
        Assert.Equal(JsonValueKind.Array, Input(all, "ImageBlend", "blend_mode")[0].ValueKind);
        Assert.True(Input(all, "PrimitiveInt", "value")[1].GetProperty("control_after_generate").GetBoolean());
        Assert.Empty(all.GetProperty("SaveImage").GetProperty("output").EnumerateArray());
        Assert.Subset(all.EnumerateObject().Select(c => c.Name).ToHashSet(),
            new HashSet<string> { "PrimitiveFloat", "PrimitiveString", "PrimitiveBoolean" });
        using var jobs = await old.Http.GetAsync(new Uri("api/jobs", UriKind.Relative), Deadline.Token);
        Assert.Equal(HttpStatusCode.NotFound, jobs.StatusCode);
    }

    [Fact]
    public async Task What_was_saved_can_be_worked_on()
    {
        var graph = Graphs.Picture();
        graph["3"] = Graphs.Node("ImageInvert", ("image", Graphs.Link("2")));
        graph["4"] = Graphs.Node("PreviewImage", ("images", Graphs.Link("3")));
        await rig.RunAsync(graph, await rig.ListenAsync(), A);
        Assert.Equal(["2", "4"], (await rig.EntryAsync(A)).GetProperty("outputs").EnumerateObject().Select(o => o.Name).Order());
    }

    [Fact]
    public async Task Jobs_are_the_queue_and_the_history_in_pages_the_newest_first()
    {
        var socket = await rig.ListenAsync();
        await rig.RunAsync(Graphs.Picture(), socket, A);
        await rig.SubmitAsync(Graphs.Sleep(), B);
        await socket.UntilAsync(h => h.ToString() == "executing 3");
        await rig.SubmitAsync(Graphs.Picture(1), C);
        var all = await rig.GetAsync("api/jobs");
        var jobs = all.GetProperty("jobs").EnumerateArray().ToDictionary(j => j.GetProperty("id").GetString()!);
        Assert.Equal(("completed", "in_progress", "pending"), (Status(jobs[A]), Status(jobs[B]), Status(jobs[C])));
        Assert.Equal((1, "t_00001_.png"),
            (jobs[A].GetProperty("outputs_count").GetInt32(), jobs[A].GetProperty("preview_output").GetProperty("filename").GetString()));
        Assert.Equal("""{"offset": 0, "limit": null, "total": 3, "has_more": false}""", all.GetProperty("pagination").GetRawText());

        var page = await rig.GetAsync("api/jobs?limit=1&offset=1");
        Assert.Single(page.GetProperty("jobs").EnumerateArray());
        Assert.True(page.GetProperty("pagination").GetProperty("has_more").GetBoolean());
        using var bad = await rig.Http.GetAsync(new Uri("api/jobs?limit=0", UriKind.Relative), Deadline.Token);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task A_job_is_told_with_its_outputs()
    {
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), A);
        var job = await rig.GetAsync($"api/jobs/{A}");
        Assert.Equal(("completed", true), (Status(job), job.GetProperty("outputs").TryGetProperty("2", out _)));
        using var unknown = await rig.Http.GetAsync(new Uri($"api/jobs/{B}", UriKind.Relative), Deadline.Token);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task A_cancel_is_right_for_what_waits_and_for_what_runs_and_hits_no_neighbour()
    {
        var socket = await rig.ListenAsync();
        await rig.SubmitAsync(Graphs.Sleep(), A);
        await socket.UntilAsync(h => h.ToString() == "executing 3");
        await rig.SubmitAsync(Graphs.Picture(1), B);
        Assert.Equal((true, 1),
            (await CancelAsync(B), (await rig.GetAsync("prompt")).GetProperty("exec_info").GetProperty("queue_remaining").GetInt32()));
        Assert.Equal([A], await rig.QueuedAsync("queue_running"));
        Assert.True(await CancelAsync(A));
        await socket.UntilEndOfAsync(A);
        Assert.Equal("cancelled", Status(await rig.GetAsync($"api/jobs/{A}")));
        Assert.False(await CancelAsync(A));
    }

    private async Task<bool> CancelAsync(string id)
    {
        using var response = await rig.PostAsync($"api/jobs/{id}/cancel", "");
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token)).GetProperty("cancelled").GetBoolean();
    }

    private static string? Status(JsonElement job) => job.GetProperty("status").GetString();

    private static JsonElement Input(JsonElement all, string node, string input) =>
        all.GetProperty(node).GetProperty("input").GetProperty("required").GetProperty(input);
}

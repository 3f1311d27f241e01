using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>The order in which prompts run, and what the queue shows of them.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task Prompts_run_by_number_and_front_goes_first()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(1), "counted");
        await rig.SubmitAsync(Graphs.Picture(2), "late", "c", ("number", 50));
        await rig.SubmitAsync(Graphs.Picture(3), "front", "c", ("front", true));
        await rig.SubmitAsync(Graphs.Picture(4), "between", "c", ("number", 0.5));
        Assert.Equal(["front", "between", "counted", "late"], await rig.QueuedAsync());

        await rig.InterruptAsync();
        var started = (await socket.UntilEndOfAsync("late")).Where(h => h.Type == "execution_start").Select(h => h.PromptId);
        Assert.Equal(["front", "between", "counted", "late"], started);
    }

    [Fact]
    public async Task Numbers_are_counted_from_zero_and_refused_prompts_count()
    {
        await using var rig = await SimRig.StartAsync();
        Assert.Equal("0", await NumberAsync(rig));
        using (await rig.PostAsync("prompt", """{"prompt":{}}""")) { }

        Assert.Equal("2", await NumberAsync(rig));
        Assert.Equal("-3", await NumberAsync(rig, ("front", true)));
        Assert.Equal("7.0", await NumberAsync(rig, ("number", 7)));
        Assert.Equal("4", await NumberAsync(rig));
    }

    [Fact]
    public async Task The_queue_shows_number_id_prompt_extra_data_and_outputs()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(), "p", "c", ("extra_data", new JsonObject { ["mine"] = 1 }));

        var queue = await rig.GetAsync("queue");
        Assert.Equal("occupier", Assert.Single(queue.GetProperty("queue_running").EnumerateArray())[1].GetString());
        var item = Assert.Single(queue.GetProperty("queue_pending").EnumerateArray());
        Assert.Equal(5, item.GetArrayLength());
        Assert.True(JsonNode.DeepEquals(Graphs.Picture(), JsonNode.Parse(item[2].GetRawText())));
        Assert.Equal("""{"mine": 1, "client_id": "c"}""", item[3].GetRawText());
        Assert.Equal("""["2"]""", item[4].GetRawText());
        Assert.Equal(2, (await rig.GetAsync("prompt")).GetProperty("exec_info").GetProperty("queue_remaining").GetInt32());
    }

    [Fact]
    public async Task The_same_id_runs_as_often_as_it_is_submitted()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(1), "p");
        await rig.SubmitAsync(Graphs.Picture(2), "p");
        await rig.InterruptAsync();
        await socket.UntilEndOfAsync("p");
        await socket.UntilEndOfAsync("p");
        Assert.Equal(2, rig.Host.Stats.Executions["p"]);
        Assert.Equal(2, rig.Host.Stats.Submissions["p"]);
        Assert.Equal(2, (await rig.GetAsync("history")).EnumerateObject().Count());
    }

    [Theory]
    [InlineData("null", "None")]
    [InlineData("123", "123")]
    [InlineData("\"\"", "")]
    [InlineData("[\"a\"]", "['a']")]
    [InlineData("\"a/b?c#d e\"", "a/b?c#d e")]
    public async Task Any_id_is_taken_as_its_text(string id, string text)
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        using var response = await rig.PostAsync("prompt",
            new JsonObject { ["prompt"] = Graphs.Picture(), ["client_id"] = "c", ["prompt_id"] = JsonNode.Parse(id) });
        Assert.Equal(text, (await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token)).GetProperty("prompt_id").GetString());
        await socket.UntilEndOfAsync(text);
        if (text.Length > 0)
        {
            Assert.Equal(text, Assert.Single((await rig.GetAsync($"history/{Uri.EscapeDataString(text)}")).EnumerateObject()).Name);
        }
    }

    [Fact]
    public async Task Two_pending_prompts_of_one_number_and_id_kill_the_worker()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(1), "twin", "c", ("number", 5));
        using var second = await rig.PostAsync("prompt",
            new JsonObject { ["prompt"] = Graphs.Picture(2), ["prompt_id"] = "twin", ["client_id"] = "c", ["number"] = 5 });
        Assert.Equal(HttpStatusCode.InternalServerError, second.StatusCode);
        Assert.Equal(["twin", "twin"], await rig.QueuedAsync());
    }

    [Fact]
    public async Task Extra_data_that_is_null_kills_the_worker_and_nothing_else()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.SubmitAsync(Graphs.Picture(), "deadly", null, ("extra_data", null));
        await socket.UntilAsync(h => h.ToString() == "status 1");
        await socket.UntilAsync(h => h.ToString() == "status 1");
        await rig.SubmitAsync(Graphs.Picture(), "after");
        await rig.InterruptAsync();
        Assert.Equal(["deadly"], await rig.QueuedAsync("queue_running"));
        Assert.Equal(["after"], await rig.QueuedAsync());
        Assert.Equal(JsonValueKind.Object, (await rig.GetAsync("system_stats")).ValueKind);

        await rig.Host.RestartAsync(Deadline.Token);
        Assert.Empty(await rig.QueuedAsync("queue_running"));
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), "alive");
    }

    [Fact]
    public async Task Keys_that_pay_for_a_prompt_leave_no_trace_in_the_history()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(), "p", "c", ("extra_data", new JsonObject { ["api_key_comfy_org"] = "secret" }));
        Assert.Contains("secret", (await rig.GetAsync("queue")).GetRawText(), StringComparison.Ordinal);
        await rig.InterruptAsync();
        await socket.UntilEndOfAsync("p");
        Assert.DoesNotContain("secret", (await rig.GetAsync("history")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_targets_of_a_partial_execution_run()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        var graph = Graphs.Picture();
        graph["4"] = Graphs.Save("1", "other");
        await rig.SubmitAsync(graph, "p", "c", ("partial_execution_targets", new JsonArray("4")));
        await socket.UntilEndOfAsync("p");
        Assert.Equal("4", Assert.Single((await rig.EntryAsync("p")).GetProperty("outputs").EnumerateObject()).Name);
    }

    private static async Task<string> NumberAsync(SimRig rig, params (string Name, JsonNode? Value)[] more)
    {
        var body = new JsonObject { ["prompt"] = Graphs.Picture() };
        foreach (var (name, value) in more)
        {
            body[name] = value;
        }

        using var response = await rig.PostAsync("prompt", body);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token)).GetProperty("number").GetRawText();
    }
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What is remembered of prompts that have ended.</summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task An_entry_holds_the_prompt_its_outputs_its_messages_and_whose_outputs_they_are()
    {
        await using var rig = await SimRig.StartAsync();
        await rig.RunAsync(Graphs.Picture(prefix: "out"), await rig.ListenAsync(), "p");
        var entry = await rig.EntryAsync("p");

        Assert.Equal(["prompt", "outputs", "status", "meta"], entry.EnumerateObject().Select(p => p.Name));
        Assert.Equal("""{"2": {"images": [{"filename": "out_00001_.png", "subfolder": "", "type": "output"}]}}""",
            entry.GetProperty("outputs").GetRawText());
        Assert.Equal("""{"2": {"node_id": "2", "display_node": "2", "parent_node": null, "real_node_id": "2"}}""",
            entry.GetProperty("meta").GetRawText());
        Assert.Equal(["execution_start", "execution_cached", "execution_success"], Messages(entry));
        Assert.True(entry.GetProperty("status").GetProperty("completed").GetBoolean());
    }

    [Fact]
    public async Task What_was_never_submitted_or_has_not_ended_has_no_entry()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(), "pending");
        foreach (var id in new[] { "unknown", "occupier", "pending" })
        {
            Assert.Equal("{}", (await rig.GetAsync($"history/{id}")).GetRawText());
        }
    }

    [Theory]
    [InlineData("", "p1 p2 p3 p4")]
    [InlineData("?max_items=2", "p3 p4")]
    [InlineData("?max_items=9", "p1 p2 p3 p4")]
    [InlineData("?max_items=1&offset=0", "p1")]
    [InlineData("?max_items=2&offset=1", "p2 p3")]
    [InlineData("?offset=3", "p4")]
    public async Task The_list_is_paged_oldest_first(string query, string ids)
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        for (var i = 1; i <= 4; i++)
        {
            await rig.RunAsync(Graphs.Picture(i), socket, $"p{i}");
        }

        Assert.Equal(ids, string.Join(' ', (await rig.GetAsync($"history{query}")).EnumerateObject().Select(p => p.Name)));
    }

    [Fact]
    public async Task A_page_size_that_is_no_number_is_the_servers_error()
    {
        await using var rig = await SimRig.StartAsync();
        using var response = await rig.Http.GetAsync(new Uri("history?max_items=abc", UriKind.Relative), Deadline.Token);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task Entries_are_deleted_by_id_or_all_at_once()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await rig.RunAsync(Graphs.Picture(), socket, id);
        }

        using (var deleted = await rig.PostAsync("history", new JsonObject { ["delete"] = new JsonArray("b", "unknown") }))
        {
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        }

        Assert.Equal(["a", "c"], (await rig.GetAsync("history")).EnumerateObject().Select(p => p.Name));
        using (var cleared = await rig.PostAsync("history", new JsonObject { ["clear"] = true }))
        {
            Assert.Equal("", await cleared.Content.ReadAsStringAsync(Deadline.Token));
        }

        Assert.Equal("{}", (await rig.GetAsync("history")).GetRawText());
    }

    [Fact]
    public async Task An_error_is_told_with_its_node_and_keeps_the_outputs_that_were_there_before()
    {
        await using var rig = await SimRig.StartAsync();
        var graph = Graphs.Fail("It broke.", "ValueError");
        graph["4"] = Graphs.Save("1", "early");
        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        var entry = await rig.EntryAsync("p");
        Assert.Equal("execution_error", Messages(entry)[^1]);
        var error = entry.GetProperty("status").GetProperty("messages")[2][1];
        Assert.Equal(("3", "SimFail", "ValueError", "It broke.\n"),
            (Text(error, "node_id"), Text(error, "node_type"), Text(error, "exception_type"), Text(error, "exception_message")));
        Assert.Equal(JsonValueKind.Array, error.GetProperty("traceback").ValueKind);
        Assert.Equal("4", Assert.Single(entry.GetProperty("outputs").EnumerateObject()).Name);
    }

    [Fact]
    public async Task A_node_without_anything_to_show_leaves_no_output()
    {
        await using var rig = await SimRig.StartAsync();
        await rig.RunAsync(
            new JsonObject { ["1"] = Graphs.Empty(), ["2"] = Graphs.Node("SaveImageWebsocket", ("images", Graphs.Link("1"))) },
            await rig.ListenAsync(), "p");
        Assert.Equal("{}", (await rig.EntryAsync("p")).GetProperty("outputs").GetRawText());
    }

    internal static string?[] Messages(JsonElement entry) =>
        [.. entry.GetProperty("status").GetProperty("messages").EnumerateArray().Select(m => m[0].GetString())];

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();
}

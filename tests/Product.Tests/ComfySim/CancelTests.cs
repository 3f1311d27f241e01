using System.Net;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Taking prompts off a host, pending or running.</summary>
public sealed class CancelTests
{
    [Fact]
    public async Task A_deleted_pending_prompt_leaves_a_status_and_nothing_else()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(), "p");
        Assert.Equal("status 2", (await socket.NextAsync()).ToString());
        await DeleteAsync(rig, "p");
        Assert.Equal("status 1", (await socket.NextAsync()).ToString());
        Assert.Empty(await rig.QueuedAsync());
        Assert.Equal("{}", (await rig.GetAsync("history/p")).GetRawText());
        Assert.False(rig.Host.Stats.Executions.ContainsKey("p"));
    }

    [Fact]
    public async Task Of_two_pending_prompts_of_one_id_one_is_deleted()
    {
        await using var rig = await SimRig.StartAsync();
        await rig.OccupyAsync(await rig.ListenAsync());
        foreach (var color in new[] { 1, 2 })
        {
            await rig.SubmitAsync(Graphs.Picture(color), "p");
        }

        await DeleteAsync(rig, "p");
        Assert.Equal(["p"], await rig.QueuedAsync());
    }

    [Theory]
    [InlineData("occupier")]
    [InlineData("unknown")]
    public async Task Deleting_what_runs_or_is_unknown_changes_nothing(string id)
    {
        await using var rig = await SimRig.StartAsync();
        await rig.OccupyAsync(await rig.ListenAsync());
        await DeleteAsync(rig, id);
        Assert.Equal(["occupier"], await rig.QueuedAsync("queue_running"));
    }

    [Fact]
    public async Task Clearing_the_queue_drops_what_is_pending_only()
    {
        await using var rig = await SimRig.StartAsync();
        await rig.OccupyAsync(await rig.ListenAsync());
        foreach (var id in new[] { "a", "b" })
        {
            await rig.SubmitAsync(Graphs.Picture(), id);
        }

        using (await rig.PostAsync("queue", new JsonObject { ["clear"] = true }))
        {
            Assert.Empty(await rig.QueuedAsync());
        }

        Assert.Equal(["occupier"], await rig.QueuedAsync("queue_running"));
    }

    [Fact]
    public async Task The_running_prompt_is_interrupted_by_its_id()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.InterruptAsync("occupier");
        var heard = await socket.UntilEndOfAsync("occupier");
        Assert.Equal(["execution_interrupted", "status 0", "executing null"], heard.Select(h => h.ToString()));
        Assert.Equal(("3", "SimSleep"), (heard[0].Text("node_id"), heard[0].Text("node_type")));
        var entry = await rig.EntryAsync("occupier");
        Assert.Equal("error", entry.GetProperty("status").GetProperty("status_str").GetString());
        Assert.Equal("execution_interrupted", HistoryTests.Messages(entry)[^1]);
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("unknown")]
    public async Task An_interrupt_by_the_id_of_a_prompt_that_does_not_run_is_answered_and_ignored(string id)
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        await rig.SubmitAsync(Graphs.Picture(), "pending");
        await rig.InterruptAsync(id);
        Assert.Equal(["occupier"], await rig.QueuedAsync("queue_running"));
        await rig.InterruptAsync("occupier");
        await socket.UntilEndOfAsync("pending");
        Assert.Equal("success", (await rig.EntryAsync("pending")).GetProperty("status").GetProperty("status_str").GetString());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("garbage")]
    public async Task An_interrupt_without_an_id_hits_whatever_runs(string body)
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        using var response = await rig.PostAsync("interrupt", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("execution_interrupted", (await socket.UntilEndOfAsync("occupier"))[0].Type);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task An_interrupt_that_is_no_object_is_the_servers_error(string body)
    {
        await using var rig = await SimRig.StartAsync();
        using var response = await rig.PostAsync("interrupt", body);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task An_interrupt_while_nothing_runs_does_no_harm_to_the_next_prompt()
    {
        await using var rig = await SimRig.StartAsync();
        await rig.InterruptAsync();
        await rig.RunAsync(Graphs.Sleep(0), await rig.ListenAsync(), "p");
        Assert.Equal("success", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
    }

    [Fact]
    public async Task A_node_that_does_not_poll_ends_first_and_the_next_one_is_named()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Time = clock });
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket, Graphs.Sleep(60, poll: false));
        await rig.InterruptAsync("occupier");
        var heard = await clock.AdvanceUntilAsync(socket.UntilEndOfAsync("occupier"));
        Assert.Equal(("execution_interrupted", "2"), (heard[^3].Type, heard[^3].Text("node_id")));
    }

    [Fact]
    public async Task Steps_are_where_an_interrupt_bites()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.SubmitAsync(Graphs.Steps(10_000, 3600), "p");
        await socket.UntilAsync(h => h.Type == "executing" && h.Text("node") == "3");
        await rig.InterruptAsync("p");
        Assert.Contains(await socket.UntilEndOfAsync("p"), h => h.Type == "execution_interrupted");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1")]
    [InlineData("{\"delete\":5}")]
    public async Task A_queue_order_that_cannot_be_read_is_the_servers_error(string body)
    {
        await using var rig = await SimRig.StartAsync();
        using var response = await rig.PostAsync("queue", body);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    private static async Task DeleteAsync(SimRig rig, string id)
    {
        using var response = await rig.PostAsync("queue", new JsonObject { ["delete"] = new JsonArray(id) });
        Assert.Equal((HttpStatusCode.OK, ""), (response.StatusCode, await response.Content.ReadAsStringAsync(Deadline.Token)));
    }
}

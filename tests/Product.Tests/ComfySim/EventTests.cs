using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What goes out by WebSocket, in which order and to whom.</summary>
public sealed class EventTests
{
    private const string Flags = """{"type":"feature_flags","data":{"supports_preview_metadata":true}}""";

    [Fact]
    public async Task The_submitter_hears_the_whole_run_in_order()
    {
        await using var rig = await SimRig.StartAsync();
        var heard = await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync());
        Assert.Equal(
            [
                "status 1", "status 1", "execution_start", "execution_cached", "progress_state", "executing 1",
                "progress_state", "progress_state",
                "executing 2", "executed 2", "progress_state", "execution_success", "status 0", "executing null",
            ],
            heard.Select(h => h.ToString()));
    }

    [Fact]
    public async Task A_prompt_that_is_all_cached_shows_its_old_output()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.RunAsync(Graphs.Picture(), socket);
        var heard = await rig.RunAsync(Graphs.Picture(), socket);
        Assert.Equal(
            ["status 1", "status 1", "execution_start", "execution_cached 1,2", "executed 2", "progress_state", "execution_success",
                "status 0", "executing null"],
            heard.Select(h => h.ToString()));
        Assert.Equal("t_00001_.png", heard[4].Data.GetProperty("output").GetProperty("images")[0].GetProperty("filename").GetString());
    }

    [Fact]
    public async Task An_error_comes_before_the_status_and_the_end_mark()
    {
        await using var rig = await SimRig.StartAsync();
        var heard = await rig.RunAsync(Graphs.Fail(), await rig.ListenAsync());
        Assert.Equal(["executing 3", "execution_error", "status 0", "executing null"], heard.TakeLast(4).Select(h => h.ToString()));
    }

    [Fact]
    public async Task Steps_are_told_with_the_node_and_the_prompt()
    {
        await using var rig = await SimRig.StartAsync();
        var heard = await rig.RunAsync(Graphs.Steps(3), await rig.ListenAsync(), "p");
        var steps = heard.Where(h => h.Type == "progress").ToList();
        Assert.Equal([1, 2, 3], steps.Select(h => h.Data.GetProperty("value").GetInt32()));
        Assert.All(steps, h => Assert.Equal(("3", "p", 3), (h.Text("node"), h.PromptId, h.Data.GetProperty("max").GetInt32())));
    }

    [Fact]
    public async Task The_history_is_written_before_the_end_mark()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        for (var i = 0; i < 20; i++)
        {
            await rig.RunAsync(Graphs.Picture(i), socket, $"p{i}");
            await rig.EntryAsync($"p{i}");
        }
    }

    [Fact]
    public async Task A_client_without_flags_gets_plain_previews_after_the_progress()
    {
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Previews = true });
        var heard = await rig.RunAsync(Graphs.Sampled(), await rig.ListenAsync());
        Assert.Equal(["progress_state", "progress", "binary 1"], heard.SkipWhile(h => h.ToString() != "executing 5").Skip(1).Take(3)
            .Select(h => h.Type));
        var frame = heard.First(h => h.Type == "binary 1").Bytes;
        Assert.Equal(1, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)));
        Assert.Equal([0xFF, 0xD8], frame.AsSpan(8, 2).ToArray());
    }

    [Fact]
    public async Task A_client_that_reads_metadata_gets_previews_with_it_before_the_progress()
    {
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Previews = true });
        var socket = await rig.ListenAsync();
        await socket.SendAsync(Flags);
        var flags = await socket.NextAsync();
        Assert.Equal("feature_flags", flags.Type);
        Assert.Equal("104857600", flags.Data.GetProperty("max_upload_size").GetRawText());

        var heard = await rig.RunAsync(Graphs.Sampled(), socket, "p");
        Assert.Equal(["progress_state", "binary 4", "progress"], heard.SkipWhile(h => h.ToString() != "executing 5").Skip(1).Take(3)
            .Select(h => h.Type));
        var frame = heard.First(h => h.Type == "binary 4").Bytes;
        var length = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        Assert.Equal(
            """{"node_id": "5", "prompt_id": "p", "display_node_id": "5", "parent_node_id": null, "real_node_id": "5", "image_type": "image/jpeg"}""",
            JsonElement.Parse(frame.AsSpan(8, length)).GetRawText());
        Assert.Equal([0xFF, 0xD8], frame.AsSpan(8 + length, 2).ToArray());
    }

    [Fact]
    public async Task Only_the_first_message_can_name_flags()
    {
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Previews = true });
        var socket = await rig.ListenAsync();
        await socket.SendAsync("not json");
        await socket.SendAsync(Flags);
        var heard = await rig.RunAsync(Graphs.Sampled(), socket);
        Assert.DoesNotContain(heard, h => h.Type is "feature_flags" or "binary 4");
    }

    [Fact]
    public async Task SaveImageWebsocket_sends_its_picture_as_a_preview()
    {
        await using var rig = await SimRig.StartAsync();
        var heard = await rig.RunAsync(
            new JsonObject { ["1"] = Graphs.Empty(), ["2"] = Graphs.Node("SaveImageWebsocket", ("images", Graphs.Link("1"))) },
            await rig.ListenAsync());
        var frame = Assert.Single(heard, h => h.Type == "binary 1").Bytes;
        Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)));
        Assert.Equal("PNG"u8.ToArray(), frame.AsSpan(9, 3).ToArray());
    }

    [Fact]
    public async Task SaveImageWebsocket_sends_its_picture_each_time_and_with_metadata_to_who_reads_that()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await socket.SendAsync(Flags);
        await socket.UntilAsync(h => h.Type == "feature_flags");
        for (var i = 0; i < 2; i++)
        {
            var graph = new JsonObject { ["1"] = Graphs.Empty(), ["2"] = Graphs.Node("SaveImageWebsocket", ("images", Graphs.Link("1"))) };
            var frame = Assert.Single(await rig.RunAsync(graph, socket), h => h.Type == "binary 4").Bytes;
            var length = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
            Assert.Equal(("2", "image/png"), JsonElement.Parse(frame.AsSpan(8, length)) is var m
                ? (m.GetProperty("node_id").GetString(), m.GetProperty("image_type").GetString()) : default);
            Assert.Equal("PNG"u8, frame.AsSpan(8 + length + 1, 3));
        }
    }

    [Fact]
    public async Task Another_client_hears_nothing_but_the_status()
    {
        await using var rig = await SimRig.StartAsync();
        var (mine, other) = (await rig.ListenAsync(), await rig.ListenAsync("other"));
        await rig.RunAsync(Graphs.Picture(), mine);
        var heard = await other.UntilAsync(h => h.ToString() == "status 0");
        Assert.Equal(["status 1", "status 1", "status 0"], heard.Select(h => h.ToString()));
    }

    [Fact]
    public async Task Of_a_prompt_without_a_client_everybody_hears_the_progress_and_nobody_the_rest()
    {
        await using var rig = await SimRig.StartAsync();
        var (one, other) = (await rig.ListenAsync("one"), await rig.ListenAsync("other"));
        await rig.SubmitAsync(Graphs.Picture(), client: null);
        foreach (var socket in new[] { one, other })
        {
            var heard = await socket.UntilAsync(h => h.ToString() == "status 0");
            Assert.Equal(["status 1", "status 1", "progress_state", "progress_state", "progress_state", "progress_state", "status 0"],
                heard.Select(h => h.ToString()));
        }
    }

    [Fact]
    public async Task The_interruption_of_a_prompt_without_a_client_is_told_to_everybody()
    {
        await using var rig = await SimRig.StartAsync();
        var other = await rig.ListenAsync("other");
        await rig.SubmitAsync(Graphs.Sleep(), client: null);
        await other.UntilAsync(h => h.Type == "progress_state" && h.Data.GetProperty("nodes").TryGetProperty("3", out _));
        await rig.InterruptAsync();
        await other.UntilAsync(h => h.Type == "execution_interrupted");
    }

    [Fact]
    public async Task A_client_id_inside_the_extra_data_counts()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await socket.UntilEndOfAsync(
            await rig.SubmitAsync(Graphs.Picture(), null, null, ("extra_data", new JsonObject { ["client_id"] = "c" })));
    }

    [Fact]
    public async Task Who_connects_again_in_mid_run_is_told_the_node_without_the_prompt_and_then_goes_on()
    {
        await using var rig = await SimRig.StartAsync();
        var first = await rig.ListenAsync();
        await rig.OccupyAsync(first);
        await first.CloseAsync();
        await first.UntilClosedAsync();
        var second = await rig.ListenAsync();
        Assert.Equal("""{"node": "3"}""", (await second.NextAsync()).Data.GetRawText());
        await rig.InterruptAsync("occupier");
        Assert.Equal(["execution_interrupted", "status 0", "executing null"],
            (await second.UntilEndOfAsync("occupier")).Select(h => h.ToString()));
    }

    [Fact]
    public async Task Who_connects_after_the_end_is_told_the_status_only()
    {
        await using var rig = await SimRig.StartAsync();
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync());
        var late = await rig.ListenAsync("late");
        await rig.SubmitAsync(Graphs.Picture(), client: "late");
        Assert.Equal("status 1", (await late.NextAsync()).ToString());
    }

    [Fact]
    public async Task When_the_first_of_two_sockets_of_one_id_closes_the_second_goes_silent()
    {
        await using var rig = await SimRig.StartAsync();
        var (first, second, witness) = (await rig.ListenAsync(), await rig.ListenAsync(), await rig.ListenAsync("witness"));
        await rig.RunAsync(Graphs.Picture(1), second);
        await first.CloseAsync();
        Assert.Empty(await first.UntilClosedAsync());

        await rig.SubmitAsync(Graphs.Picture(2), "unheard");
        for (var i = 0; i < 2; i++)
        {
            await witness.UntilAsync(h => h.ToString() == "status 0");
        }

        await rig.EntryAsync("unheard");
        await second.CloseAsync();
        Assert.Empty(await second.UntilClosedAsync());
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("api/ws")]
    public async Task A_socket_without_an_id_is_given_one(string path)
    {
        await using var rig = await SimRig.StartAsync();
        await using var socket = await SimSocket.OpenAsync(rig.Host.Url, null, path);
        Assert.Equal(32, (await socket.NextAsync()).Text("sid")!.Length);
    }

    [Fact]
    public async Task A_message_of_more_than_four_mebibytes_closes_the_socket()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await socket.SendAsync(new string('x', 5 << 20));
        await socket.UntilClosedAsync();
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.CloseStatus);
    }

    [Fact]
    public async Task A_plain_request_for_a_socket_is_a_bad_one()
    {
        await using var rig = await SimRig.StartAsync();
        using var response = await rig.Http.GetAsync(new Uri("ws?clientId=x", UriKind.Relative), Deadline.Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}

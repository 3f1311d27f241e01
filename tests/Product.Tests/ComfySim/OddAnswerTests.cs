using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Answers that a host gives instead of its own.</summary>
public sealed class OddAnswerTests : IAsyncLifetime
{
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Theory]
    [InlineData("/history", "history/p")]
    [InlineData("/history", "api/history")]
    [InlineData("/queue", "queue")]
    [InlineData("/object_info", "object_info")]
    [InlineData("/system_stats", "system_stats")]
    [InlineData("*", "features")]
    public async Task Any_bytes_come_as_often_as_they_were_told_to(string at, string path)
    {
        byte[] odd = [.. "{\"a\": NaN, \"b\": \"\\udcff\", \"c\": \""u8, 0xFF, 0xFE, .. "\"}"u8];
        rig.Host.Faults.Answers = [new() { At = at, Bytes = odd, Times = 1 }];
        Assert.Equal(odd, await rig.Http.GetByteArrayAsync(new Uri(path, UriKind.Relative), Deadline.Token));
        await rig.GetAsync(path);
    }

    [Fact]
    public async Task A_page_comes_where_JSON_was_asked_for()
    {
        rig.Host.Faults.Answers = [new() { At = "/history", Body = "<html>Bad gateway</html>", ContentType = "text/html", Status = 200 }];
        for (var i = 0; i < 2; i++)
        {
            using var response = await rig.Http.GetAsync(new Uri("history/p", UriKind.Relative), Deadline.Token);
            Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        }

        await rig.GetAsync("queue");
    }

    [Fact]
    public async Task The_true_answer_can_be_wrapped()
    {
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), "p");
        var truth = await TextAsync("history/p");
        var entry = truth["{\"p\": ".Length..^1];
        rig.Host.Faults.Answers = [new() { At = "/history", Body = """[{history}|{answer}|{prompt_id}|{entry}]""" }];
        Assert.Equal($"[{truth}|{truth}|p|{entry}]", await TextAsync("history/p"));
        Assert.Equal($"[{truth}|{truth}|p|{entry}]", await TextAsync("history"));
    }

    [Fact]
    public async Task A_part_of_the_true_answer_can_be_changed_and_counts_only_when_it_is_there()
    {
        rig.Host.Faults.Answers =
            [new() { At = "/history", Find = "\"outputs\": {", With = "\"outputs\": {\"9\": {\"x\": [NaN]}, ", Times = 1 }];
        Assert.Equal("{}", await TextAsync("history/p"));
        await rig.RunAsync(Graphs.Picture(), await rig.ListenAsync(), "p");
        Assert.Contains("\"outputs\": {\"9\": {\"x\": [NaN]}, \"2\"", await TextAsync("history/p"), StringComparison.Ordinal);
        await rig.EntryAsync("p");
    }

    [Fact]
    public async Task An_odd_answer_can_wait_until_there_is_an_end_to_tell_of()
    {
        rig.Host.Faults.Answers = [new() { At = "/history", Body = "[]", OnlyEnded = true }];
        var socket = await rig.ListenAsync();
        await rig.OccupyAsync(socket);
        Assert.Equal("{}", await TextAsync("history/occupier"));
        await rig.InterruptAsync();
        await socket.UntilEndOfAsync("occupier");
        Assert.Equal("[]", await TextAsync("history/occupier"));
    }

    [Fact]
    public async Task A_submit_that_is_answered_oddly_is_not_queued_unless_the_answer_needs_the_true_one()
    {
        rig.Host.Faults.Answers =
            [new() { At = "/prompt", Body = "[]", Times = 1 }, new() { At = "/prompt", Body = "[{answer}]", Times = 1 }];
        using (var first = await rig.PostAsync("prompt", new JsonObject { ["prompt"] = Graphs.Picture() }))
        {
            Assert.Equal("[]", await first.Content.ReadAsStringAsync(Deadline.Token));
        }

        Assert.Empty(rig.Host.Stats.Submissions);
        using var second = await rig.PostAsync("prompt", new JsonObject { ["prompt"] = Graphs.Picture(), ["prompt_id"] = "p" });
        Assert.StartsWith("[{\"prompt_id\": \"p\"", await second.Content.ReadAsStringAsync(Deadline.Token), StringComparison.Ordinal);
        Assert.Equal(["p"], rig.Host.Stats.Submissions.Keys);
    }

    [Fact]
    public async Task Frames_of_a_socket_can_be_odd()
    {
        var socket = await rig.ListenAsync();
        rig.Host.Faults.Answers =
            [new() { At = SimAnswer.Socket, Event = "executed", Find = "\"images\"", With = "\"odd\": [\"\\udcff\"], \"images\"" }];
        var frames = await rig.RunAsync(Graphs.Picture(), socket);
        Assert.Contains("\"odd\": [\"\\udcff\"]", Encoding.UTF8.GetString(frames.Single(f => f.ToString() == "executed 2").Bytes),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_frames_of_the_event_that_was_named_are_odd()
    {
        var socket = await rig.ListenAsync();
        rig.Host.Faults.Answers =
            [new() { At = SimAnswer.Socket, Event = "execution_start",
                Body = """{"type": "status", "data": {"odd": "\udcff"}}""", Times = 1 }];
        await rig.SubmitAsync(Graphs.Picture());
        Assert.Equal("""{"type": "status", "data": {"odd": "\udcff"}}""",
            Encoding.UTF8.GetString((await socket.UntilAsync(h => h.Type == "execution_cached"))[^2].Bytes));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_host_can_refuse_everything(int status)
    {
        rig.Host.Faults.RefuseWith = status;
        using var response = await rig.Http.GetAsync(new Uri("queue", UriKind.Relative), Deadline.Token);
        Assert.Equal((status, "text/plain"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => SimSocket.OpenAsync(rig.Host.Url, "c"));
        rig.Host.Faults.Clear();
        await rig.ListenAsync();
    }

    [Fact]
    public async Task Odd_answers_are_ordered_over_http_and_end_with_the_faults()
    {
        using (var set = await rig.PostAsync("sim/faults", """{"answers":[{"at":"/queue","body":"x","status":502}],"refuseWith":0}"""))
        {
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        using (var odd = await rig.Http.GetAsync(new Uri("queue", UriKind.Relative), Deadline.Token))
        {
            Assert.Equal(HttpStatusCode.BadGateway, odd.StatusCode);
        }

        rig.Host.Faults.Clear();
        await rig.GetAsync("queue");
    }

    private Task<string> TextAsync(string path) => rig.Http.GetStringAsync(new Uri(path, UriKind.Relative), Deadline.Token);
}

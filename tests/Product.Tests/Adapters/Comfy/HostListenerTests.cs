using ComfyFunc.Adapters.Comfy;
using ComfyFunc.ComfySim;
using ComfyFunc.Engine;
using ComfyFunc.Tests.ComfySim;
using ComfyFunc.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>The listener where hosts crash, fall silent and come back, which only a simulated one does.</summary>
public sealed class HostListenerTests : IAsyncLifetime
{
    private readonly ServiceProvider services = Clients.Build();
    private readonly HeardNews news = new();
    private readonly PromptId id = Clients.NewId();
    private SimulatedHost host = null!; // Set before each test.
    private ComfyClient client = null!; // Set before each test.
    private HostListener listener = null!; // Set before each test.

    public async ValueTask InitializeAsync()
    {
        host = await SimulatedHost.StartAsync(new() { Speed = 0, Previews = true }, Deadline.Token);
        client = services.GetRequiredService<ComfyClients>().For(host.Url);
        listener = Clients.Listener(host.Url, client, news);
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        await host.DisposeAsync();
        await services.DisposeAsync();
    }

    [Fact]
    public async Task Every_step_is_progress_with_its_node_and_its_count()
    {
        listener = Clients.Listener(host.Url, client, news, Clients.ByEar);
        await ConnectAsync();
        await SubmitAsync(Graphs.Steps(4));
        var heard = await news.UntilAsync("ended", id);
        var progress = heard.Where(n => n.What == "progress").Select(n => n.Progress!).ToList();
        Assert.Contains(progress, p => p is { Node: "3", Step: 2, Steps: 4, NodesTotal: 3, NodesDone: 1 });
        Assert.Equal(progress.Select(p => p.Value).Order(), progress.Select(p => p.Value));
        Assert.Equal((1, 3, 3), (progress[^1].Value, progress[^1].NodesDone, progress[^1].NodesTotal));
    }

    [Fact]
    public async Task Previews_are_passed_on_with_their_prompt()
    {
        listener = Clients.Listener(host.Url, client, news, Clients.ByEar);
        await ConnectAsync();
        await SubmitAsync(Graphs.Sampled());
        var previews = (await news.UntilAsync("ended", id)).Where(n => n.What == "preview").ToList();
        Assert.Equal(3, previews.Count);
        Assert.All(previews, p => Assert.Equal((id, "image/jpeg"), (p.Prompt!.Value, p.Preview!.ContentType)));
        Assert.Equal([0xFF, 0xD8], previews[0].Preview!.Content[..2].ToArray());
    }

    [Fact]
    public async Task Pictures_of_a_node_that_saves_nothing_are_told_from_previews()
    {
        listener = Clients.Listener(host.Url, client, news, Clients.ByEar);
        await ConnectAsync();
        var graph = Graphs.Sampled();
        graph["8"] = Graphs.Node("SaveImageWebsocket", ("images", Graphs.Link("6")));
        listener.Watch(id, graph.Count, new HashSet<string> { "8" });
        await client.SubmitAsync(id, Clients.Bytes(graph), await listener.ConnectedAsync(Deadline.Token), Deadline.Token);
        var heard = await news.UntilAsync("ended", id);
        var picture = Assert.Single(heard, n => n.What == "picture");
        Assert.Equal((id, "8", "image/png"), (picture.Prompt!.Value, picture.Detail, picture.Preview!.ContentType));
        Assert.Equal("PNG"u8.ToArray(), picture.Preview.Content[1..4].ToArray());
        Assert.Equal(3, heard.Count(n => n.What == "preview"));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void A_picture_is_a_result_by_what_its_frame_says_or_by_the_node_that_executes(int kind)
    {
        var prompt = new WatchedPrompt(3, null, 0, new HashSet<string> { "8" });
        prompt.Executing(kind == 1 ? "8" : "6");
        var metadata =
            System.Text.Encoding.UTF8.GetBytes($$"""{"node_id":"8","prompt_id":"{{id}}","display_node_id":"8","image_type":"image/png"}""");
        byte[] frame = kind == 1 ? [0, 0, 0, 1, 0, 0, 0, 2, 9] : [0, 0, 0, 4, 0, 0, 0, (byte)metadata.Length, .. metadata, 9];
        var picture = Assert.IsType<HostFrame.Picture>(HostFrame.ReadBinary(frame));
        Assert.Equal(("8", "image/png"), (prompt.PictureNode(picture.Nodes), picture.Preview.ContentType));
        Assert.Equal([9], picture.Preview.Content.ToArray());
        prompt.Executing("6");
        Assert.Equal(kind == 1 ? null : "8", prompt.PictureNode(picture.Nodes));
    }

    [Fact]
    public async Task Of_what_is_not_watched_only_that_it_moves_is_told()
    {
        await ConnectAsync();
        var other = Clients.NewId();
        await client.SubmitAsync(other, Clients.Bytes(Graphs.Picture()), await listener.ConnectedAsync(Deadline.Token), Deadline.Token);
        await SubmitAsync(Graphs.Picture(1));
        Assert.All((await news.UntilAsync("ended", id)).Where(n => n.Prompt == other),
            n => Assert.Contains(n.What, (string[])["others", "looked"]));
    }

    [Fact]
    public async Task A_prompt_that_ended_while_nobody_listened_is_found_by_looking()
    {
        await client.SubmitAsync(id, Clients.Bytes(Graphs.Picture()), "somebody", Deadline.Token);
        listener.Watch(id, 2);
        await ConnectAsync();
        await news.UntilAsync("ended", id);
    }

    [Fact]
    public async Task A_prompt_is_missing_after_a_crash()
    {
        await ConnectAsync();
        await SubmitAsync(Graphs.Sleep());
        await news.UntilAsync("progress", id);
        await host.KillAsync();
        await news.UntilAsync("disconnected");
        await news.UntilAsync("unreachable");
        Assert.False(listener.IsReachable);
        await host.RestartAsync(Deadline.Token);

        await news.UntilAsync("missing", id);
        Assert.True(listener.IsReachable);
        Assert.Null(listener.Executing);
    }

    [Fact]
    public async Task A_prompt_that_still_waited_is_missing_after_a_crash_too()
    {
        await ConnectAsync();
        await client.SubmitAsync(Clients.NewId(), Clients.Bytes(Graphs.Sleep()), "c", Deadline.Token);
        await SubmitAsync(Graphs.Picture());
        await host.RestartAsync(Deadline.Token);
        await news.UntilAsync("missing", id);
    }

    [Fact]
    public async Task A_host_that_goes_is_unreachable_and_reachable_when_it_is_back()
    {
        await ConnectAsync();
        await host.KillAsync();
        Assert.Contains(await news.UntilAsync("unreachable"), n => n.What == "disconnected");
        await host.RestartAsync(Deadline.Token);
        await news.UntilAsync("reachable");
        Assert.True(listener.IsReachable);
    }

    [Fact]
    public async Task A_host_that_answers_nothing_is_unreachable_though_its_socket_is_open()
    {
        await ConnectAsync();
        host.Faults.Unreachable = true;
        Assert.DoesNotContain(await news.UntilAsync("unreachable"), n => n.What == "disconnected");
        host.Faults.Clear();
        await news.UntilAsync("reachable");
    }

    [Fact]
    public async Task Every_connection_has_a_client_id_of_its_own()
    {
        await ConnectAsync();
        var first = await listener.ConnectedAsync(Deadline.Token);
        Assert.Equal(first, await listener.ConnectedAsync(Deadline.Token));
        await host.RestartAsync(Deadline.Token);
        await news.UntilAsync("disconnected");
        await news.UntilAsync("connected");
        Assert.NotEqual(first, await listener.ConnectedAsync(Deadline.Token));
    }

    [Fact]
    public async Task Without_a_connection_an_id_is_made_up_and_the_end_is_found_by_looking()
    {
        await using var deaf = Clients.Listener(new Uri("http://127.0.0.1:1/"), client, news,
            Clients.Quick with { ConnectPatience = TimeSpan.FromMilliseconds(50) });
        deaf.Start();
        deaf.Watch(id, 2);
        var made = await deaf.ConnectedAsync(Deadline.Token);
        await client.SubmitAsync(id, Clients.Bytes(Graphs.Picture()), made, Deadline.Token);
        await news.UntilAsync("ended", id);
    }

    [Fact]
    public async Task A_host_to_which_no_connection_could_be_made_is_not_waited_for_until_one_is()
    {
        host.Faults.Unreachable = true;
        listener = Clients.Listener(host.Url, client, news, Clients.Quick with { ConnectPatience = TimeSpan.FromHours(1) });
        listener.Start();
        var made = await listener.ConnectedAsync(Deadline.Token);
        Assert.NotEqual(made, await listener.ConnectedAsync(Deadline.Token));
        host.Faults.Unreachable = false;
        await news.UntilAsync("connected");
        var given = await listener.ConnectedAsync(Deadline.Token);
        Assert.Equal(given, await listener.ConnectedAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_socket_that_has_gone_silent_during_a_run_is_replaced()
    {
        listener = Clients.Listener(host.Url, client, news, Clients.Quick with { SilenceLimit = TimeSpan.FromMilliseconds(300) });
        await ConnectAsync();
        host.Faults.SilentSockets = true;
        var first = await listener.ConnectedAsync(Deadline.Token);
        await SubmitAsync(Graphs.Sleep());
        await news.UntilAsync("disconnected");
        host.Faults.SilentSockets = false;
        await news.UntilAsync("connected");
        Assert.NotEqual(first, await listener.ConnectedAsync(Deadline.Token));
        await client.CancelAsync(id, Deadline.Token);
        await news.UntilAsync("ended", id);
    }

    [Fact]
    public async Task A_prompt_that_was_missed_before_it_came_is_told_when_it_ends()
    {
        await ConnectAsync();
        listener.Watch(id, 3);
        await news.UntilAsync("missing", id);
        await client.SubmitAsync(id, Clients.Bytes(Graphs.Sleep()), "somebody-else", Deadline.Token);
        await Eventually.IsSoAsync(() => listener.Executing == id);

        await client.CancelAsync(id, Deadline.Token);
        await news.UntilAsync("ended", id);
    }

    [Fact]
    public async Task What_is_no_longer_watched_is_not_looked_for()
    {
        await ConnectAsync();
        listener.Watch(id, 1);
        listener.Unwatch(id);
        var other = Clients.NewId();
        listener.Watch(other, 1);
        Assert.DoesNotContain(await news.UntilAsync("missing", other), n => n.Prompt == id);
    }

    private async Task ConnectAsync()
    {
        listener.Start();
        await news.UntilAsync("connected");
    }

    private async Task SubmitAsync(System.Text.Json.Nodes.JsonObject graph)
    {
        listener.Watch(id, graph.Count);
        Assert.IsType<SubmitReply.Accepted>(
            await client.SubmitAsync(id, Clients.Bytes(graph), await listener.ConnectedAsync(Deadline.Token), Deadline.Token));
    }
}

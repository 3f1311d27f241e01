using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Tests.ComfySim;
using Microsoft.Extensions.DependencyInjection;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>The client where prompts must wait or go wrong on demand, which only a simulated host does.</summary>
public sealed class ComfyClientTests : IAsyncLifetime
{
    private readonly ServiceProvider services = Clients.Build();
    private readonly PromptId running = Clients.NewId();
    private readonly PromptId pending = Clients.NewId();
    private SimRig rig = null!; // Set before each test.
    private ComfyClient client = null!; // Set before each test.

    public async ValueTask InitializeAsync()
    {
        rig = await SimRig.StartAsync();
        client = services.GetRequiredService<ComfyClients>().For(rig.Host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        await services.DisposeAsync();
    }

    [Fact]
    public void One_client_serves_each_address() => Assert.Same(client, services.GetRequiredService<ComfyClients>().For(rig.Host.Url));

    [Fact]
    public async Task A_prompt_is_found_where_it_is()
    {
        await OccupyAsync();
        var last = Clients.NewId();
        foreach (var id in new[] { pending, last })
        {
            await SubmitAsync(id, Graphs.Picture());
        }

        Assert.IsType<Whereabouts.Executing>(await FindAsync(running));
        Assert.Equal(new Whereabouts.Pending(1), await FindAsync(pending));
        Assert.Equal(new Whereabouts.Pending(2), await FindAsync(last));
        Assert.IsType<Whereabouts.Nowhere>(await FindAsync(Clients.NewId()));
        var queue = (await client.GetQueueAsync(Deadline.Token)).Value!;
        Assert.Equal([running], queue.Running);
        Assert.Equal([pending, last], queue.Pending);
    }

    [Fact]
    public async Task The_queue_is_sorted_and_counts_prompts_of_others()
    {
        await OccupyAsync();
        await SubmitAsync(pending, Graphs.Picture());
        await rig.SubmitAsync(Graphs.Picture(1), "not a guid", "c", ("front", true));
        Assert.Equal(new Whereabouts.Pending(2), await FindAsync(pending));
    }

    [Fact]
    public async Task A_pending_prompt_is_cancelled_without_a_trace_and_the_running_one_goes_on()
    {
        await OccupyAsync();
        await SubmitAsync(pending, Graphs.Picture());
        Assert.True(await client.CancelAsync(pending, Deadline.Token));
        Assert.IsType<Whereabouts.Nowhere>(await FindAsync(pending));
        Assert.IsType<Whereabouts.Executing>(await FindAsync(running));
    }

    [Fact]
    public async Task A_running_prompt_is_cancelled_and_ends_interrupted()
    {
        var socket = await OccupyAsync();
        Assert.True(await client.CancelAsync(running, Deadline.Token));
        await socket.UntilEndOfAsync(running.ToString());
        Assert.IsType<PromptEnd.Interrupted>(Assert.IsType<Whereabouts.Ended>(await FindAsync(running)).Entry.End);
    }

    [Fact]
    public async Task A_lost_reply_is_unanswered_and_the_prompt_is_found()
    {
        await OccupyAsync();
        rig.Host.Faults.LoseSubmitReplies = 1;
        Assert.IsType<SubmitReply.Unanswered>(await SubmitAsync(pending, Graphs.Picture()));
        Assert.IsType<Whereabouts.Pending>(await FindAsync(pending));
    }

    [Fact]
    public async Task A_dropped_submit_is_unanswered_and_the_prompt_is_nowhere()
    {
        rig.Host.Faults.DropSubmits = 1;
        Assert.IsType<SubmitReply.Unanswered>(await SubmitAsync(pending, Graphs.Picture()));
        Assert.IsType<Whereabouts.Nowhere>(await FindAsync(pending));
    }

    [Fact]
    public async Task A_host_that_is_gone_gives_no_answer_to_anything()
    {
        await rig.Host.KillAsync();
        Assert.IsType<SubmitReply.Unanswered>(await SubmitAsync(pending, Graphs.Picture()));
        Assert.IsType<Whereabouts.NoAnswer>(await FindAsync(pending));
        Assert.IsType<HistoryReply.NoAnswer>(await client.GetHistoryAsync(pending, Deadline.Token));
        Assert.False(await client.CancelAsync(pending, Deadline.Token));
        Assert.False(await client.FreeAsync(Deadline.Token));
        Assert.IsType<UploadReply.NoAnswer>(await client.UploadAsync("", "a.png", new MemoryStream([1]), "image/png", Deadline.Token));
        Assert.IsType<OutputReply.NoAnswer>(await client.OpenOutputAsync(new("a.png", "", "output", "images", false), Deadline.Token));
        Assert.Equal(new(HostFaultKind.NoAnswer, "It does not answer: no connection can be made."),
            (await client.GetQueueAsync(Deadline.Token)).Fault);
        Assert.IsType<CatalogReply.NoAnswer>(await client.GetCatalogAsync(Deadline.Token));
        Assert.Null((await client.GetSystemStatsAsync(Deadline.Token)).Value);
        Assert.Null((await client.GetFeaturesAsync(Deadline.Token)).MaxUploadBytes);
    }

    [Fact]
    public async Task A_caller_who_cancels_is_told_so_and_not_that_there_was_no_answer()
    {
        rig.Host.Faults.HttpDelayMs = 60_000;
        using var cancelled = new CancellationTokenSource();
        var queue = client.GetQueueAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queue);
    }

    [Fact]
    public async Task A_failure_is_told_with_its_exception()
    {
        var socket = await rig.ListenAsync();
        await SubmitAsync(running, Graphs.Fail("Too wide.", "ValueError"));
        await socket.UntilEndOfAsync(running.ToString());
        Assert.Equal(new PromptEnd.Failed("3", "SimFail", "ValueError", "Too wide."),
            Assert.IsType<Whereabouts.Ended>(await FindAsync(running)).Entry.End);
    }

    [Fact]
    public async Task Memory_that_ran_out_is_recognized()
    {
        rig.Host.Faults.OutOfMemoryAt = "*";
        var socket = await rig.ListenAsync();
        await SubmitAsync(running, Graphs.Picture());
        await socket.UntilEndOfAsync(running.ToString());
        Assert.True(Assert.IsType<PromptEnd.Failed>(Assert.IsType<Whereabouts.Ended>(await FindAsync(running)).Entry.End).IsOutOfMemory);
    }

    [Theory]
    [InlineData("SaveAnimatedWEBP", "images", "video", "image/webp")]
    [InlineData("SaveImage", "images", "image", "image/png")]
    [InlineData("SimBigFile", "files", "file", "application/octet-stream")]
    public async Task Outputs_of_every_kind_are_read_and_opened(string node, string key, string kind, string type)
    {
        var socket = await rig.ListenAsync();
        var graph = Graphs.Picture();
        graph["2"] = node switch
        {
            "SaveAnimatedWEBP" =>
                Graphs.Node(node, ("images", Graphs.Link("1")), ("filename_prefix", "x"), ("fps", 6), ("lossless", true), ("quality", 80),
                    ("method", "default")),
            "SimBigFile" => Graphs.Node(node, ("megabytes", 3), ("filename_prefix", "x")),
            _ => graph["2"]!.DeepClone(),
        };
        await SubmitAsync(running, graph);
        await socket.UntilEndOfAsync(running.ToString());
        var output = Assert.Single(Assert.IsType<Whereabouts.Ended>(await FindAsync(running)).Entry.Outputs);
        var file = Assert.IsType<OutputFile>(Assert.Single(output.Items));
        Assert.Equal((key, kind), (file.Key, MediaType.KindOf(file)));
        var opened = Assert.IsType<OutputReply.Opened>(await client.OpenOutputAsync(file, Deadline.Token));
        await using var content = opened.Content;
        var copy = new MemoryStream();
        await content.CopyToAsync(copy, Deadline.Token);
        Assert.Equal((type, copy.Length), (opened.ContentType, opened.Length));
    }

    [Fact]
    public async Task A_text_is_an_output_too()
    {
        var socket = await rig.ListenAsync();
        await SubmitAsync(running, new() { ["1"] = Graphs.Node("SimText", ("text", "Hello.")) });
        await socket.UntilEndOfAsync(running.ToString());
        Assert.Equal(new OutputText("Hello.", "text"),
            Assert.Single(Assert.Single(Assert.IsType<Whereabouts.Ended>(await FindAsync(running)).Entry.Outputs).Items));
    }

    private Task<SubmitReply> SubmitAsync(PromptId id, System.Text.Json.Nodes.JsonObject graph) =>
        client.SubmitAsync(id, Clients.Bytes(graph), "c", Deadline.Token);

    private Task<Whereabouts> FindAsync(PromptId id) => client.FindAsync(id, Deadline.Token);

    private async Task<SimSocket> OccupyAsync()
    {
        var socket = await rig.ListenAsync();
        Assert.IsType<SubmitReply.Accepted>(await SubmitAsync(running, Graphs.Sleep()));
        await socket.UntilAsync(h => h.ToString() == "executing 3");
        return socket;
    }
}

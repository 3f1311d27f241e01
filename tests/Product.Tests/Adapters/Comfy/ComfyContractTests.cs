using System.Text;
using System.Text.Json.Nodes;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine;
using ComfyFunc.Tests.ComfySim;

namespace ComfyFunc.Tests.Adapters.Comfy;

/// <summary>The contract on the older release.</summary>
public sealed class OlderComfyContractTests(OlderComfyFixture host) : ComfyContractTests(host), IClassFixture<OlderComfyFixture>;

/// <summary>The contract on the newer one.</summary>
public sealed class NewerComfyContractTests(NewerComfyFixture host) : ComfyContractTests(host), IClassFixture<NewerComfyFixture>;

/// <summary>What holds on every ComfyUI, simulated or real: only classes that every ComfyUI has.</summary>
public abstract class ComfyContractTests(ComfyHostFixture host) : IAsyncLifetime
{
    private readonly HeardNews news = new();
    private readonly PromptId id = Clients.NewId();
    private HostListener listener = null!; // Set before each test.

    public async ValueTask InitializeAsync()
    {
        listener = Clients.Listener(host.Url, host.Client, news, Clients.ByEar);
        listener.Start();
        await news.UntilAsync("connected");
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_prompt_is_accepted_progresses_to_one_ends_and_is_found_with_its_output()
    {
        Assert.IsType<SubmitReply.Accepted>(await SubmitAsync(Fresh()));
        var heard = await news.UntilAsync("ended", id);

        var progress = heard.Where(n => n.What == "progress" && n.Prompt == id).Select(n => n.Progress!.Value).ToList();
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(1, progress[^1]);
        var entry = Assert.IsType<Whereabouts.Ended>(await host.Client.FindAsync(id, Deadline.Token)).Entry;
        Assert.IsType<PromptEnd.Succeeded>(entry.End);
        Assert.False(entry.FullyCached);
        Assert.InRange(entry.EndedAt!.Value - entry.StartedAt!.Value, TimeSpan.Zero, Deadline.Patience);
        var output = Assert.Single(entry.Outputs);
        Assert.Equal(("3", "3"), (output.Node, output.DisplayNode));
        var file = Assert.IsType<OutputFile>(Assert.Single(output.Items));
        Assert.Equal(("output", "images", "image"), (file.Folder, file.Key, MediaType.KindOf(file)));

        var opened = Assert.IsType<OutputReply.Opened>(await host.Client.OpenOutputAsync(file, Deadline.Token));
        await using var content = opened.Content;
        var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, Deadline.Token);
        Assert.Equal((bytes.Length, "image/png"), (opened.Length, opened.ContentType));
        Assert.Equal("PNG"u8.ToArray(), bytes.ToArray()[1..4]);
    }

    [Fact]
    public async Task A_prompt_that_is_all_cached_progresses_to_one_too()
    {
        var graph = Fresh();
        await SubmitAsync(graph);
        await news.UntilAsync("ended", id);
        var again = Clients.NewId();
        listener.Watch(again, graph.Count);
        await host.Client.SubmitAsync(again, Clients.Bytes(graph), await listener.ConnectedAsync(Deadline.Token), Deadline.Token);
        var heard = await news.UntilAsync("ended", again);
        Assert.Equal(1, heard.Last(n => n.What == "progress" && n.Prompt == again).Progress!.Value);
        Assert.True(Assert.IsType<HistoryReply.Found>(await host.Client.GetHistoryAsync(again, Deadline.Token)).Entry.FullyCached);
    }

    [Theory]
    [InlineData("""{}""", "prompt_no_outputs")]
    [InlineData("""{"1":{"class_type":"NoSuchNode","inputs":{}}}""", "invalid_prompt", "missing_node_type")]
    [InlineData("""{"2":{"class_type":"SaveImage","inputs":{"filename_prefix":"x"}}}""", "prompt_outputs_failed_validation")]
    public async Task A_prompt_that_cannot_run_is_rejected_with_its_reason(string prompt, params string[] types)
    {
        var reply = await host.Client.SubmitAsync(id, Encoding.UTF8.GetBytes(prompt), "c", Deadline.Token);
        Assert.Contains(Assert.IsType<SubmitReply.Rejected>(reply).Type, types); // Releases differ in one name.
        Assert.IsType<Whereabouts.Nowhere>(await host.Client.FindAsync(id, Deadline.Token));
    }

    [Fact]
    public async Task What_is_wrong_with_which_input_is_told()
    {
        var graph = Fresh();
        graph["1"]!["inputs"]!["width"] = 0;
        var rejected = Assert.IsType<SubmitReply.Rejected>(await SubmitAsync(graph));
        var node = Assert.Single(rejected.Nodes);
        Assert.Equal(("1", "EmptyImage"), (node.Node, node.Class));
        var error = Assert.Single(node.Errors);
        Assert.Equal(("value_smaller_than_min", "width", "width"), (error.Type, error.Details, error.Input));
    }

    [Fact]
    public async Task A_rejection_holds_no_traceback()
    {
        var graph = Fresh();
        graph["1"]!.AsObject().Remove("inputs");
        var rejected = Assert.IsType<SubmitReply.Rejected>(await SubmitAsync(graph));
        Assert.DoesNotContain("File \"", rejected.ToString() + string.Join(' ', rejected.Nodes.SelectMany(n => n.Errors)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_output_beside_a_valid_one_is_accepted_in_part()
    {
        var graph = Fresh();
        graph["4"] = Graphs.Node("SaveImage", ("filename_prefix", "x"));
        var part = Assert.IsType<SubmitReply.AcceptedInPart>(await SubmitAsync(graph));
        Assert.Equal("4", Assert.Single(part.Nodes).Node);
        await news.UntilAsync("ended", id);
    }

    [Fact]
    public async Task A_prompt_that_fails_ends_with_the_node_and_the_exception()
    {
        var graph = Fresh(prefix: "../../../outside");
        await SubmitAsync(graph);
        await news.UntilAsync("ended", id);
        var entry = Assert.IsType<HistoryReply.Found>(await host.Client.GetHistoryAsync(id, Deadline.Token)).Entry;
        var failed = Assert.IsType<PromptEnd.Failed>(entry.End);
        Assert.Equal(("3", "SaveImage", "Exception", false), (failed.Node, failed.NodeClass, failed.ExceptionType, failed.IsOutOfMemory));
        Assert.Contains("not allowed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_never_submitted_is_nowhere_and_cancelling_it_does_no_harm()
    {
        Assert.IsType<Whereabouts.Nowhere>(await host.Client.FindAsync(id, Deadline.Token));
        Assert.IsType<HistoryReply.None>(await host.Client.GetHistoryAsync(id, Deadline.Token));
        Assert.True(await host.Client.CancelAsync(id, Deadline.Token));
    }

    [Theory]
    [InlineData("plain.txt")]
    [InlineData("空 ünï 1.png")]
    public async Task An_upload_is_stored_over_one_of_the_same_name_and_can_be_opened(string name)
    {
        foreach (var text in new[] { "first", "second" })
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            var stored = Assert.IsType<UploadReply.Stored>(
                await host.Client.UploadAsync("comfyfunc-test", name, content, "application/octet-stream", Deadline.Token));
            Assert.Equal(new(name, "comfyfunc-test"), stored);
            var opened = Assert.IsType<OutputReply.Opened>(
                await host.Client.OpenOutputAsync(new(stored.Name, stored.Subfolder, "input", "", false), Deadline.Token));
            using var reader = new StreamReader(opened.Content);
            Assert.Equal(text, await reader.ReadToEndAsync(Deadline.Token));
        }
    }

    [Fact]
    public async Task An_upload_outside_the_folder_is_refused()
    {
        using var content = new MemoryStream([1]);
        Assert.Equal(400,
            Assert.IsType<UploadReply.Refused>(
                await host.Client.UploadAsync("../../..", "a.png", content, "image/png", Deadline.Token)).Status);
    }

    [Theory]
    [InlineData("nosuch.png", "", "output")]
    [InlineData("../nosuch.png", "", "output")]
    [InlineData("a.png", "../../..", "output")]
    [InlineData("a.png", "", "nowhere")]
    public async Task An_output_that_is_not_there_is_missing(string name, string subfolder, string folder) =>
        Assert.IsType<OutputReply.Missing>(
            await host.Client.OpenOutputAsync(new(name, subfolder, folder, "images", false), Deadline.Token));

    [Fact]
    public async Task A_host_tells_its_version_its_catalog_and_its_queue()
    {
        var stats = (await host.Client.GetSystemStatsAsync(Deadline.Token)).Value;
        Assert.NotNull(stats?.ComfyVersion);
        Assert.True(stats.VramBytes > 0);
        Assert.Contains("EmptyImage",
            Encoding.UTF8.GetString(Assert.IsType<CatalogReply.Read>(await host.Client.GetCatalogAsync(Deadline.Token)).Json.Span),
            StringComparison.Ordinal);
        Assert.NotNull((await host.Client.GetQueueAsync(Deadline.Token)).Value);
        Assert.Equal(104857600, (await host.Client.GetFeaturesAsync(Deadline.Token)).MaxUploadBytes);
        Assert.True(await host.Client.FreeAsync(Deadline.Token));
    }

    // A colour of its own, so that nothing is cached.
    private static JsonObject Fresh(string prefix = "comfyfunc-test") => new()
    {
        ["1"] = Graphs.Empty(Random.Shared.Next(0xFFFFFF), 64),
        ["2"] = Graphs.Node("ImageScale", ("image", Graphs.Link("1")), ("upscale_method", "bilinear"), ("width", 32), ("height", 32),
            ("crop", "disabled")),
        ["3"] = Graphs.Save("2", prefix),
    };

    private async Task<SubmitReply> SubmitAsync(JsonObject graph)
    {
        listener.Watch(id, graph.Count);
        return await host.Client.SubmitAsync(id, Clients.Bytes(graph), await listener.ConnectedAsync(Deadline.Token), Deadline.Token);
    }
}

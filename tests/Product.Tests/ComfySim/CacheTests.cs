using System.Text.Json.Nodes;
using ComfyFunc.ComfySim;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What a host executes again and what it remembers.</summary>
public sealed class CacheTests
{
    [Fact]
    public async Task The_classic_cache_keeps_what_the_last_prompt_used()
    {
        await using var rig = await SimRig.StartAsync();
        Assert.Equal("2 4 6", await ExecutedAsync(rig, Graphs.Picture(1), Graphs.Picture(2), Graphs.Picture(1)));
    }

    [Fact]
    public async Task The_lru_cache_keeps_more()
    {
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Cache = SimCache.Lru });
        Assert.Equal("2 4 4 4", await ExecutedAsync(rig, Graphs.Picture(1), Graphs.Picture(2), Graphs.Picture(1), Graphs.Picture(2)));
    }

    [Fact]
    public async Task The_lru_cache_forgets_what_was_used_longest_ago()
    {
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Cache = SimCache.Lru, CacheSize = 2 });
        Assert.Equal("2 4 6 8", await ExecutedAsync(rig, Graphs.Picture(1), Graphs.Picture(2), Graphs.Picture(3), Graphs.Picture(1)));
    }

    [Fact]
    public async Task Without_a_cache_everything_executes_every_time()
    {
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Cache = SimCache.None });
        Assert.Equal("2 4", await ExecutedAsync(rig, Graphs.Picture(1), Graphs.Picture(1)));
    }

    [Fact]
    public async Task A_cached_SaveImage_writes_nothing_and_names_the_old_file()
    {
        using var folder = new TemporaryFolder();
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, BaseDirectory = folder.FullName });
        var socket = await rig.ListenAsync();
        await rig.RunAsync(Graphs.Picture(), socket, "a");
        await rig.RunAsync(Graphs.Picture(), socket, "b");
        Assert.Equal((await rig.EntryAsync("a")).GetProperty("outputs").GetRawText(),
            (await rig.EntryAsync("b")).GetProperty("outputs").GetRawText());
        Assert.Equal("t_00001_.png", Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "output")))));

        File.Delete(Path.Combine(folder.FullName, "output", "t_00001_.png"));
        await rig.RunAsync(Graphs.Picture(), socket, "c");
        Assert.Equal("success", (await rig.EntryAsync("c")).GetProperty("status").GetProperty("status_str").GetString());
        using var gone = await rig.Http.GetAsync(new Uri("view?filename=t_00001_.png", UriKind.Relative), Deadline.Token);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task The_same_graph_under_other_ids_is_found_and_its_meta_names_the_old_ones()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.RunAsync(Graphs.Picture(), socket);
        var heard = await rig.RunAsync(new JsonObject { ["a"] = Graphs.Empty(), ["b"] = Graphs.Save("a") }, socket, "p");
        Assert.Contains(heard, h => h.ToString() == "execution_cached a,b");
        var entry = await rig.EntryAsync("p");
        Assert.Equal("b", Assert.Single(entry.GetProperty("outputs").EnumerateObject()).Name);
        Assert.Equal("2", entry.GetProperty("meta").GetProperty("b").GetProperty("node_id").GetString());
    }

    [Fact]
    public async Task A_result_that_no_output_needs_is_kept_although_the_node_is_not_executed()
    {
        await using var rig = await SimRig.StartAsync();
        var injected = Graphs.Picture(2);
        injected["warm"] = Graphs.Empty(1);
        Assert.Equal("2 4 5", await ExecutedAsync(rig, Graphs.Picture(1), injected, Graphs.Picture(1)));
    }

    [Fact]
    public async Task Two_equal_outputs_of_one_prompt_share_a_file()
    {
        await using var rig = await SimRig.StartAsync();
        var graph = Graphs.Picture();
        graph["4"] = Graphs.Save("1");
        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        var outputs = (await rig.EntryAsync("p")).GetProperty("outputs");
        Assert.Equal(outputs.GetProperty("2").GetRawText(), outputs.GetProperty("4").GetRawText());
    }

    [Fact]
    public async Task A_node_that_always_changes_is_never_cached_nor_is_what_follows_it()
    {
        await using var rig = await SimRig.StartAsync();
        var graph = new JsonObject
        {
            ["1"] = Graphs.Empty(),
            ["3"] = Graphs.Node("SimNeverCached", ("image", Graphs.Link("1"))),
            ["2"] = Graphs.Save("3")
        };
        Assert.Equal("3 5", await ExecutedAsync(rig, graph, graph.DeepClone()));
    }

    [Fact]
    public async Task A_failed_node_is_not_cached_and_what_is_above_it_is()
    {
        await using var rig = await SimRig.StartAsync();
        Assert.Equal("2 3", await ExecutedAsync(rig, Graphs.Fail(), Graphs.Fail()));
    }

    [Fact]
    public async Task Freeing_the_memory_drops_the_cache()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.RunAsync(Graphs.Picture(), socket);
        using (await rig.PostAsync("free", new JsonObject { ["free_memory"] = true }))
        {
            await rig.RunAsync(Graphs.Picture(), socket);
        }

        Assert.Equal(2, rig.Host.Stats.NodesExecuted["SaveImage"]);
    }

    [Fact]
    public async Task A_model_is_read_once_while_it_stays_cached()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        for (var seed = 1; seed <= 3; seed++)
        {
            await rig.RunAsync(Graphs.Sampled(seed), socket);
        }

        Assert.Equal(1, rig.Host.Stats.ModelLoads["dreamshaper_8.safetensors"]);
        Assert.Equal(2, rig.Host.Stats.WarmHits["dreamshaper_8.safetensors"]);
    }

    // What was executed in all, after each of the prompts.
    private static async Task<string> ExecutedAsync(SimRig rig, params JsonNode[] graphs)
    {
        var (socket, counts) = (await rig.ListenAsync(), new List<int>());
        foreach (var graph in graphs)
        {
            await rig.RunAsync(graph, socket);
            counts.Add(rig.Host.Stats.NodesExecuted.Values.Sum());
        }

        return string.Join(' ', counts);
    }
}

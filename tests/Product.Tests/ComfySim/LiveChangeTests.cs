using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What changes under a running host: models, node classes, input files, and the host itself.</summary>
public sealed class LiveChangeTests : IAsyncLifetime
{
    private SimRig rig = null!; // Set before each test.

    public async ValueTask InitializeAsync() => rig = await SimRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task A_model_is_listed_as_soon_as_it_is_there_and_usable()
    {
        rig.Host.AddModel("loras", "new.safetensors");
        Assert.Contains("new.safetensors", await LorasAsync());
        await rig.Host.RestartAsync(Deadline.Token);
        Assert.Contains("new.safetensors", await LorasAsync());
        rig.Host.RemoveModel("loras", "new.safetensors");
        rig.Host.RemoveModel("loras", "add_detail.safetensors");
        Assert.Equal(["pixel_art_xl.safetensors", "style/watercolor.safetensors"], await LorasAsync());
    }

    [Fact]
    public async Task Models_change_over_http_too()
    {
        var path = new Uri("sim/models/loras/style/ink.safetensors", UriKind.Relative);
        using (await rig.Http.PutAsync(path, null, Deadline.Token))
        {
            Assert.Contains("style/ink.safetensors", await LorasAsync());
        }

        using (await rig.Http.DeleteAsync(path, Deadline.Token))
        {
            Assert.DoesNotContain("style/ink.safetensors", await LorasAsync());
        }
    }

    [Fact]
    public async Task A_host_is_upgraded_in_place()
    {
        rig.Host.Describe("""{"First":{"input":{},"output":["IMAGE"]},"Second":{}}"""u8.ToArray());
        rig.Host.Describe("""{"First":{"input":{"required":{"more":["INT"]}},"output":["IMAGE"]}}"""u8.ToArray());
        var refusal = await rig.RefusedAsync(new JsonObject { ["1"] = Graphs.Node("First"), ["2"] = Graphs.Save("1") });
        Assert.Equal("more", refusal.GetProperty("node_errors").GetProperty("1")
            .GetProperty("errors")[0].GetProperty("details").GetString());
        Assert.True((await rig.GetAsync("object_info")).TryGetProperty("Second", out _));

        rig.Host.DescribeAnew("""{"Third":{}}"""u8.ToArray());
        await rig.Host.RestartAsync(Deadline.Token);
        var all = await rig.GetAsync("object_info");
        Assert.Equal((false, true), (all.TryGetProperty("First", out _), all.TryGetProperty("Third", out _)));
    }

    [Fact]
    public async Task A_class_can_be_lost()
    {
        rig.Host.Lack("ImageInvert");
        Assert.False((await rig.GetAsync("object_info")).TryGetProperty("ImageInvert", out _));
        await rig.RefusedAsync(new JsonObject { ["1"] = Graphs.Node("ImageInvert") });
        using (await rig.PostAsync("sim/lack", """["ImageBlur"]"""))
        {
            Assert.Equal("{}", (await rig.GetAsync("object_info/ImageBlur")).GetRawText());
        }
    }

    [Fact]
    public async Task A_catalog_comes_over_http_too()
    {
        using (await rig.PostAsync("sim/object-info", """{"One":{}}"""))
        {
            Assert.True((await rig.GetAsync("object_info")).TryGetProperty("One", out _));
        }

        using var put = new StringContent("""{"Two":{}}""", Encoding.UTF8, "application/json");
        using (await rig.Http.PutAsync(new Uri("sim/object-info", UriKind.Relative), put, Deadline.Token))
        {
            Assert.False((await rig.GetAsync("object_info")).TryGetProperty("One", out _));
        }

        using var bad = await rig.PostAsync("sim/object-info", "[]");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task Input_files_that_were_removed_are_missed_at_the_next_submit()
    {
        await rig.UploadAsync("a.png", Png(), "comfyfunc");
        await rig.UploadAsync("b.png", Png());
        var graph = new JsonObject { ["1"] = Graphs.Node("LoadImage", ("image", "comfyfunc/a.png")), ["2"] = Graphs.Save("1") };
        await rig.RunAsync(graph.DeepClone(), await rig.ListenAsync());
        Assert.Equal(["b.png", "comfyfunc/a.png"], rig.Host.InputFiles);
        rig.Host.ClearInput("comfyfunc");
        Assert.Equal(["b.png"], rig.Host.InputFiles);
        Assert.Contains("Invalid image file: comfyfunc/a.png", (await rig.RefusedAsync(graph)).GetRawText(), StringComparison.Ordinal);
        using (await rig.PostAsync("sim/input/clear", ""))
        {
            Assert.Empty(rig.Host.InputFiles);
        }

        rig.Host.ClearInput("../output");
    }

    [Theory]
    [InlineData("a.png [input]", "input")]
    [InlineData("sub/a.png [temp]", "temp")]
    [InlineData("a.png [output]", "output")]
    public async Task A_file_is_looked_for_where_its_name_says(string name, string type)
    {
        var graph = new JsonObject { ["1"] = Graphs.Node("LoadImage", ("image", name)), ["2"] = Graphs.Save("1") };
        await rig.RefusedAsync(graph);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(Png()), "image", "a.png" }, { new StringContent(type), "type" },
            { new StringContent(name.StartsWith("sub", StringComparison.Ordinal) ? "sub" : ""), "subfolder" },
        };
        using (await rig.PostAsync("upload/image", form))
        {
            await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        }

        Assert.Equal("success", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
    }

    [Fact]
    public async Task A_corrupt_picture_is_accepted_and_raises_whenever_it_runs()
    {
        await rig.UploadAsync("bad.png", "no picture"u8.ToArray());
        var graph = new JsonObject { ["1"] = Graphs.Node("LoadImage", ("image", "bad.png")), ["2"] = Graphs.Save("1") };
        var socket = await rig.ListenAsync();
        for (var i = 0; i < 2; i++)
        {
            var error = Assert.Single(await rig.RunAsync(graph.DeepClone(), socket), h => h.Type == "execution_error");
            Assert.Equal(("PIL.UnidentifiedImageError", "1"), (error.Text("exception_type"), error.Text("node_id")));
            Assert.StartsWith("cannot identify image file '", error.Text("exception_message"), StringComparison.Ordinal);
        }
    }

    private async Task<string?[]> LorasAsync() =>
        [.. (await rig.GetAsync("object_info")).GetProperty("LoraLoader").GetProperty("input").GetProperty("required")
            .GetProperty("lora_name")[0].EnumerateArray().Select(n => n.GetString())];

    // One grey pixel.
    private static byte[] Png() =>
        Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Classes that only a catalog describes.</summary>
public sealed class StubTests
{
    private const string Sampler = """
        "Sampler+": {"input": {"required": {"seed": ["INT", {"min": 0, "max": 9}], "mode": [["a", "b"]], "kind": ["COMBO", {"options": ["x", "y"]}],
        "latent": ["LATENT"]}, "optional": {"model": ["MODEL"]}}, "output": ["LATENT", "IMAGE", "MODEL", "THING"], "output_node": false}
        """;

    [Fact]
    public async Task The_catalog_holds_the_classes_of_the_file_byte_by_byte()
    {
        const string Odd = """
            "Odd": {"input": {"required": {"image": [["bad\udcff.png", "good.png"]], "x": ["FLOAT", {"min": NaN,  "max": Infinity}]}}, "output": [-Infinity]}
            """;
        await using var rig = await StartAsync($$"""{ {{Odd.Trim()}},"Other":null}""");
        var page = await rig.Http.GetStringAsync(new Uri("object_info", UriKind.Relative), Deadline.Token);
        Assert.Contains($"{Odd.Trim()}, \"Other\":null}}", page, StringComparison.Ordinal);
        Assert.Contains("\"KSampler\": {", page, StringComparison.Ordinal);
        Assert.Equal($"{{{Odd.Trim()}}}", await rig.Http.GetStringAsync(new Uri("object_info/Odd", UriKind.Relative), Deadline.Token));
    }

    [Fact]
    public async Task A_class_of_a_known_name_is_shown_and_checked_as_the_file_says_and_works_as_it_did()
    {
        await using var rig = await StartAsync("""
            {"EmptyImage":{"input":{"required":{"width":["INT",{"max":32}],"height":["INT"],"batch_size":["INT"],"color":["INT"],"depth":["INT"]}},
            "output":["IMAGE","MASK"],"output_node":false}}
            """);
        var fault = (await rig.RefusedAsync(Graphs.Picture())).GetProperty("node_errors").GetProperty("1").GetProperty("errors")[0];
        Assert.Equal("depth", fault.GetProperty("details").GetString());
        Assert.Equal(1,
            Occurrences(await rig.Http.GetStringAsync(new Uri("object_info", UriKind.Relative), Deadline.Token), "\"EmptyImage\":"));

        var graph = Graphs.Picture();
        graph["1"]!["inputs"]!["depth"] = 1;
        graph["3"] = Graphs.Node("MaskToImage", ("mask", Graphs.Link("1", 1)));
        graph["4"] = Graphs.Save("3", "mask");
        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        Assert.Equal(2, (await rig.EntryAsync("p")).GetProperty("outputs").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("seed", "10", "value_bigger_than_max")]
    [InlineData("seed", "-1", "value_smaller_than_min")]
    [InlineData("seed", "\"many\"", "invalid_input_type")]
    [InlineData("mode", "\"c\"", "value_not_in_list")]
    [InlineData("kind", "\"a\"", "value_not_in_list")]
    [InlineData("latent", "[\"1\", 0]", "return_type_mismatch")]
    [InlineData("seed", null, "required_input_missing")]
    [InlineData("latent", null, "required_input_missing")]
    public async Task Inputs_are_checked_as_by_ComfyUI(string input, string? value, string type)
    {
        await using var rig = await StartAsync($"{{{Sampler}}}");
        var graph = Sampled();
        if (value is null)
        {
            graph["3"]!["inputs"]!.AsObject().Remove(input);
        }
        else
        {
            graph["3"]!["inputs"]![input] = JsonNode.Parse(value);
        }

        var fault = Assert.Single((await rig.RefusedAsync(graph)).GetProperty("node_errors").GetProperty("3")
            .GetProperty("errors").EnumerateArray());
        Assert.Equal((type, input),
            (fault.GetProperty("type").GetString(), fault.GetProperty("extra_info").GetProperty("input_name").GetString()));
    }

    [Fact]
    public async Task Built_in_nodes_work_on_what_a_described_class_yields()
    {
        await using var rig = await StartAsync($"{{{Sampler}}}");
        var graph = Sampled();
        graph["6"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("3", 3)));
        graph["7"] = Graphs.Node("ModelSamplingSD3", ("model", Graphs.Link("3", 2)), ("shift", 1));
        graph["8"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("7")));
        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        var entry = await rig.EntryAsync("p");
        Assert.Equal("success", entry.GetProperty("status").GetProperty("status_str").GetString());
        Assert.Equal(["5", "6", "8", "9"], entry.GetProperty("outputs").EnumerateObject().Select(o => o.Name).Order());
    }

    [Theory]
    [InlineData("CONDITIONING", "ConditioningZeroOut", "conditioning")]
    [InlineData("CLIP", "CLIPSetLastLayer", "clip")]
    [InlineData("MASK", "InvertMask", "mask")]
    [InlineData("IMAGE", "ImageInvert", "image")]
    [InlineData("AUDIO", "SaveAudio", "audio")]
    [InlineData("MESH", "SaveGLB", "mesh")]
    [InlineData("LATENT", "SaveLatent", "samples")]
    [InlineData("INT", "PrimitiveInt", "value")]
    [InlineData("FLOAT", "PrimitiveFloat", "value")]
    [InlineData("STRING", "PrimitiveString", "value")]
    [InlineData("BOOLEAN", "PrimitiveBoolean", "value")]
    public async Task Every_type_has_a_value_that_can_be_worked_with(string type, string consumer, string input)
    {
        await using var rig = await StartAsync($$"""{"Source":{"input":{},"output":["{{type}}"],"output_node":false} }""");
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("Source"),
            ["2"] = Graphs.Node(consumer, (input, Graphs.Link("1")), ("filename_prefix", "x"), ("stop_at_clip_layer", -1)),
            ["3"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("1"))),
        };
        if (!consumer.StartsWith("Save", StringComparison.Ordinal))
        {
            graph["4"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("2")));
        }

        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        Assert.Equal("success", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
    }

    [Fact]
    public async Task What_comes_in_goes_out_where_the_types_are_the_same()
    {
        await using var rig =
            await StartAsync("""{"Pair":{"input":{"required":{"a":["INT"],"b":["INT"]}},"output":["INT","INT"],"output_node":false}}""");
        await rig.RunAsync(
            new JsonObject
            {
                ["1"] = Graphs.Node("Pair", ("a", 3), ("b", 4)),
                ["2"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("1"))),
                ["3"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("1", 1))),
            },
            await rig.ListenAsync(), "p");
        var outputs = (await rig.EntryAsync("p")).GetProperty("outputs");
        Assert.Equal(("3", "4"),
            (outputs.GetProperty("2").GetProperty("text")[0].GetString(), outputs.GetProperty("3").GetProperty("text")[0].GetString()));
    }

    [Theory]
    [InlineData("""{"images":["IMAGE"]}""", "[]", "images", "temp", ".png")]
    [InlineData("""{"images":["IMAGE"],"filename_prefix":["STRING",{}]}""", "[]", "images", "output", ".png")]
    [InlineData("""{}""", """["IMAGE"]""", "images", "temp", ".png")]
    [InlineData("""{"images":["IMAGE"],"filename_prefix":["STRING",{}],"save_output":["BOOLEAN",{}],"format":[["video/h264-mp4"]]}""",
        """["VHS_FILENAMES"]""", "gifs", "output", ".mp4")]
    public async Task An_output_node_lists_a_file(string inputs, string outputs, string key, string type, string extension)
    {
        await using var rig =
            await StartAsync($$"""{"Show":{"input":{"required":{{inputs}} },"output":{{outputs}},"output_node":true} }""");
        await rig.RunAsync(
            new JsonObject
            {
                ["1"] = Graphs.Empty(),
                ["2"] = Graphs.Node("Show", ("images", Graphs.Link("1")), ("filename_prefix", "mine"), ("save_output", true),
                    ("format", "video/h264-mp4")),
            },
            await rig.ListenAsync(), "p");
        var shown = Assert.Single((await rig.EntryAsync("p")).GetProperty("outputs").GetProperty("2").EnumerateObject());
        var file = Assert.Single(shown.Value.EnumerateArray());
        var name = file.GetProperty("filename").GetString()!;
        Assert.Equal((key, type), (shown.Name, file.GetProperty("type").GetString()));
        Assert.EndsWith(extension, name, StringComparison.Ordinal);
        Assert.NotEmpty(await rig.Http.GetByteArrayAsync(new Uri($"view?filename={name}&type={type}", UriKind.Relative), Deadline.Token));
    }

    [Theory]
    [InlineData("VHS_LoadVideo", "video", "[[]]", "custom_validation_failed")]
    [InlineData("LoadLatent", "latent", "[[]]", "value_not_in_list")]
    [InlineData("Image Load", "image", """["COMBO",{"options":[]}]""", "value_not_in_list")]
    [InlineData("Reader", "thing", """[[],{"file_upload":true}]""", "value_not_in_list")]
    public async Task A_loader_takes_a_file_once_it_is_there(string name, string input, string spec, string type)
    {
        await using var rig =
            await StartAsync($$"""{"{{name}}":{"input":{"required":{"{{input}}":{{spec}} } },"output":["IMAGE"],"output_node":false} }""");
        var graph = new JsonObject { ["1"] = Graphs.Node(name, (input, "sub/clip.mp4")), ["2"] = Graphs.Save("1") };
        var fault = (await rig.RefusedAsync(graph)).GetProperty("node_errors").GetProperty("1").GetProperty("errors")[0];
        Assert.Equal(type, fault.GetProperty("type").GetString());
        await rig.UploadAsync("clip.mp4", "movie"u8.ToArray(), "sub");
        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        Assert.Equal("success", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
    }

    [Fact]
    public async Task Another_content_under_the_same_name_is_loaded_anew()
    {
        await using var rig =
            await StartAsync("""{"LoadAny":{"input":{"required":{"file":[[]]}},"output":["IMAGE"],"output_node":false}}""");
        var socket = await rig.ListenAsync();
        var graph = new JsonObject { ["1"] = Graphs.Node("LoadAny", ("file", "a.bin")), ["2"] = Graphs.Save("1") };
        for (var i = 0; i < 2; i++)
        {
            rig.Host.ClearInput();
            await rig.UploadAsync("a.bin", [(byte)i]);
            Assert.Contains(await rig.RunAsync(graph.DeepClone(), socket), h => h.ToString() == "executing 1");
        }

        Assert.DoesNotContain(await rig.RunAsync(graph.DeepClone(), socket), h => h.ToString() == "executing 1");
    }

    [Fact]
    public async Task A_file_is_no_choice_of_an_input_that_takes_none()
    {
        await using var rig =
            await StartAsync("""{"Picker":{"input":{"required":{"style":[["oil"]]}},"output":["IMAGE"],"output_node":false}}""");
        await rig.UploadAsync("ink", "x"u8.ToArray());
        await rig.RefusedAsync(new JsonObject { ["1"] = Graphs.Node("Picker", ("style", "ink")), ["2"] = Graphs.Save("1") });
    }

    private const string Grow = """
        {"Grow":{"input":{"required":{
            "images":["COMFY_AUTOGROW_V3",{"template":{"input":{"required":{"image":["IMAGE",{}]}},"prefix":"image","min":1,"max":3}}],
            "model":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"big","inputs":{"required":{"size":["INT",{"max":9}]},"optional":{"mask":["MASK"]}}}]}],
            "any":["COMFY_MATCHTYPE_V3",{"template":{"template_id":"t","allowed_types":"IMAGE"}}]}},
          "output":["COMFY_MATCHTYPE_V3"],"output_node":false}}
        """;

    [Fact]
    public async Task Dynamic_inputs_are_taken_by_their_names_and_their_links_are_followed()
    {
        await using var rig = await StartAsync(Grow);
        var graph = Grown();
        graph["1"]!["inputs"]!["width"] = 0;
        Assert.True((await rig.RefusedAsync(graph)).GetProperty("node_errors").TryGetProperty("1", out _));
        graph["1"]!["inputs"]!["width"] = 8;
        await rig.RunAsync(graph, await rig.ListenAsync(), "p");
        Assert.Equal("success", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
    }

    // Each row: what is taken away or set, and the type of the fault and the input that it names; null where ComfyUI finds none.
    [Theory]
    [InlineData("images.image0", null, "required_input_missing")]
    [InlineData("model.size", null, "required_input_missing")]
    [InlineData("any", null, "required_input_missing")]
    [InlineData("model.size", "10", "value_bigger_than_max")]
    [InlineData("model.mask", "[\"1\", 0]", "return_type_mismatch")]
    [InlineData("images.image2", "[\"4\", 0]", "return_type_mismatch")]
    [InlineData("images.image9", "5", "")]
    [InlineData("model", null, "")]
    [InlineData("model", "\"small\"", "")]
    public async Task Dynamic_inputs_are_checked_as_by_ComfyUI(string input, string? value, string type)
    {
        await using var rig = await StartAsync(Grow);
        var graph = Grown();
        graph["2"]!["inputs"]!.AsObject().Remove(input);
        if (value is not null)
        {
            graph["2"]!["inputs"]![input] = JsonNode.Parse(value);
        }

        if (type.Length == 0)
        {
            await rig.RunAsync(graph, await rig.ListenAsync(), "p");
            return;
        }

        var fault = (await rig.RefusedAsync(graph)).GetProperty("node_errors").GetProperty("2").GetProperty("errors")[0];
        Assert.Equal((type, input),
            (fault.GetProperty("type").GetString(), fault.GetProperty("extra_info").GetProperty("input_name").GetString()));
    }

    private static JsonObject Grown() => new()
    {
        ["1"] = Graphs.Empty(),
        ["2"] = Graphs.Node("Grow", ("images.image0", Graphs.Link("1")), ("model", "big"), ("model.size", 3), ("any", Graphs.Link("1"))),
        ["3"] = Graphs.Save("2"),
        ["4"] = Graphs.Node("ImageToMask", ("image", Graphs.Link("1")), ("channel", "red")),
    };

    [Theory]
    [InlineData("""{"__value__":["a","b"]}""", true)]
    [InlineData("""{"__value__":["a","d"]}""", false)]
    [InlineData("\"a\"", true)]
    [InlineData("""["a","b","c"]""", false)]
    public async Task Several_choices_come_in_a_wrapped_list(string value, bool isTaken)
    {
        await using var rig =
            await StartAsync(
                """{"Tags":{"input":{"required":{"tags":["COMBO",{"options":["a","b","c"],"multiselect":true}]}},"output":["IMAGE"],"output_node":true}}""");
        using var response =
            await rig.PostAsync("prompt", $$$"""{"prompt":{"1":{"class_type":"Tags","inputs":{"tags":{{{value}}}} } } }""");
        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Types_with_commas_fit_when_they_share_a_name()
    {
        await using var rig =
            await StartAsync("""{"Either":{"input":{"required":{"x":["LATENT,IMAGE"]}},"output":["MODEL"],"output_node":true}}""");
        await rig.RunAsync(new JsonObject { ["1"] = Graphs.Empty(), ["2"] = Graphs.Node("Either", ("x", Graphs.Link("1"))) },
            await rig.ListenAsync());
        await rig.RefusedAsync(
            new JsonObject { ["1"] = Graphs.Node("PrimitiveInt", ("value", 1)), ["2"] = Graphs.Node("Either", ("x", Graphs.Link("1"))) });
    }

    [Fact]
    public async Task A_described_class_takes_the_time_that_it_was_given_and_can_be_interrupted()
    {
        await using var rig =
            await SimRig.StartAsync(
                new()
                {
                    Speed = 0,
                    StubSeconds = 3600,
                    ObjectInfo = Encoding.UTF8.GetBytes("""{"Slow":{"input":{},"output":["IMAGE"],"output_node":true}}""")
                });
        var socket = await rig.ListenAsync();
        var id = await rig.SubmitAsync(new JsonObject { ["1"] = Graphs.Node("Slow") });
        await socket.UntilAsync(h => h.ToString() == "executing 1");
        await rig.InterruptAsync(id);
        Assert.Contains(await socket.UntilEndOfAsync(id), h => h.Type == "execution_interrupted");
    }

    [Fact]
    public async Task A_catalog_comes_from_a_file_too_and_must_be_one()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "catalog.json");
        await File.WriteAllTextAsync(path, """{"FromFile":{}}""", Deadline.Token);
        await using (var rig = await SimRig.StartAsync(new() { ObjectInfoFile = path }))
        {
            Assert.True((await rig.GetAsync("object_info")).TryGetProperty("FromFile", out _));
        }

        await File.WriteAllTextAsync(path, "<html>", Deadline.Token);
        await Assert.ThrowsAsync<FormatException>(() => SimRig.StartAsync(new() { ObjectInfoFile = path }));
    }

    private static Task<SimRig> StartAsync(string objectInfo) =>
        SimRig.StartAsync(new() { Speed = 0, ObjectInfo = Encoding.UTF8.GetBytes(objectInfo) });

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    /// <summary>The described sampler is node 3; its outputs are decoded and saved.</summary>
    private static JsonObject Sampled() => new()
    {
        ["1"] = Graphs.Empty(),
        ["2"] = Graphs.Node("EmptyLatentImage", ("width", 64), ("height", 64), ("batch_size", 1)),
        ["3"] = Graphs.Node("Sampler+", ("seed", 1), ("mode", "a"), ("kind", "x"), ("latent", Graphs.Link("2"))),
        ["4"] = Graphs.Node("VAEDecode", ("samples", Graphs.Link("3")), ("vae", Graphs.Link("10"))),
        ["10"] = Graphs.Node("VAELoader", ("vae_name", "ae.safetensors")),
        ["5"] = Graphs.Save("4"),
        ["9"] = Graphs.Save("3").Also(s => s["inputs"]!["images"] = Graphs.Link("3", 1)),
    };
}

file static class Nodes
{
    public static JsonObject Also(this JsonObject node, Action<JsonObject> change)
    {
        change(node);
        return node;
    }
}

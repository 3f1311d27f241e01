using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>What a host says to prompts that cannot run.</summary>
public sealed class PromptValidationTests
{
    [Theory]
    [InlineData("""{}""", "no_prompt", "No prompt provided")]
    [InlineData("""[]""", "no_prompt", "No prompt provided")]
    [InlineData("\"text\"", "no_prompt", "No prompt provided")]
    [InlineData("""{"prompt":{}}""", "prompt_no_outputs", "Prompt has no outputs")]
    [InlineData("""{"prompt":[]}""", "prompt_no_outputs", "Prompt has no outputs")]
    [InlineData("""{"prompt":{"1":{"class_type":"EmptyImage","inputs":{}}}}""", "prompt_no_outputs", "Prompt has no outputs")]
    [InlineData("""{"prompt":{"1":{"class_type":"NoSuchNode","inputs":{}}}}""", "invalid_prompt",
        "Cannot execute because node NoSuchNode does not exist.")]
    [InlineData("""{"prompt":{"1":{"inputs":{}}}}""", "invalid_prompt",
        "Cannot execute because a node is missing the class_type property.")]
    public async Task A_prompt_that_is_none_is_refused_without_node_errors(string body, string type, string message)
    {
        await using var rig = await SimRig.StartAsync();
        using var response = await rig.PostAsync("prompt", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var refusal = await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token);
        var error = refusal.GetProperty("error");
        Assert.Equal((type, message), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal(["type", "message", "details", "extra_info"], error.EnumerateObject().Select(p => p.Name));
        Assert.Equal("{}", refusal.GetProperty("node_errors").GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"prompt\":")]
    [InlineData("\uFEFF{\"prompt\":{}}")]
    [InlineData("""{"prompt":null}""")]
    [InlineData("""{"prompt":"text"}""")]
    [InlineData("""{"prompt":[1]}""")]
    [InlineData("""{"prompt":{"1":null}}""")]
    [InlineData("""{"prompt":{},"number":"abc"}""")]
    [InlineData("""{"prompt":{"1":{"class_type":"SaveImage","inputs":{}}},"partial_execution_targets":5}""")]
    public async Task Malformed_input_is_the_servers_error(string body)
    {
        await using var rig = await SimRig.StartAsync();
        using var response = await rig.PostAsync("prompt", body);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("500 Internal Server Error\n\nServer got itself in trouble", await response.Content.ReadAsStringAsync(Deadline.Token));
    }

    [Theory]
    [InlineData("""{"height":16,"batch_size":1,"color":0}""", "required_input_missing", "width")]
    [InlineData("""{"width":"wide","height":16,"batch_size":1,"color":0}""", "invalid_input_type",
        "width, wide, invalid literal for int() with base 10: 'wide'")]
    [InlineData("""{"width":0,"height":16,"batch_size":1,"color":0}""", "value_smaller_than_min", "width")]
    [InlineData("""{"width":99999,"height":16,"batch_size":1,"color":0}""", "value_bigger_than_max", "width")]
    [InlineData("""{"width":["1"],"height":16,"batch_size":1,"color":0}""", "bad_linked_input", "width")]
    public async Task A_fault_of_an_input_is_told_with_its_node_and_the_outputs_that_need_it(string inputs, string type, string details)
    {
        await using var rig = await SimRig.StartAsync();
        var graph = Graphs.Picture();
        graph["1"]!["inputs"] = JsonNode.Parse(inputs);
        var (error, nodes) = await RefusedAsync(rig, graph);

        Assert.Equal("prompt_outputs_failed_validation", error.GetProperty("type").GetString());
        Assert.Equal("", error.GetProperty("details").GetString());
        var node = nodes.GetProperty("1");
        Assert.Equal("EmptyImage", node.GetProperty("class_type").GetString());
        Assert.Equal("""["2"]""", node.GetProperty("dependent_outputs").GetRawText());
        var fault = Assert.Single(node.GetProperty("errors").EnumerateArray());
        Assert.Equal((type, details), (fault.GetProperty("type").GetString(), fault.GetProperty("details").GetString()));
        Assert.Equal("width", fault.GetProperty("extra_info").GetProperty("input_name").GetString());
    }

    [Fact]
    public async Task Faults_of_the_output_node_itself_are_told_in_the_details()
    {
        await using var rig = await SimRig.StartAsync();
        var (error, nodes) =
            await RefusedAsync(rig, new() { ["1"] = Graphs.Empty(), ["2"] = Graphs.Node("SaveImage", ("filename_prefix", "x")) });
        Assert.Equal("Required input is missing: images", error.GetProperty("details").GetString());
        Assert.Equal("2", Assert.Single(nodes.EnumerateObject()).Name);
    }

    [Fact]
    public async Task A_value_outside_a_long_list_is_told_without_the_list()
    {
        var models = new Dictionary<string, IReadOnlyList<string>> { ["checkpoints"] = [.. Enumerable.Range(0, 21).Select(i => $"m{i}")] };
        await using var rig = await SimRig.StartAsync(new() { Speed = 0, Models = models });
        var (_, nodes) = await RefusedAsync(rig, Graphs.Sampled());
        var fault = nodes.GetProperty("1").GetProperty("errors")[0];
        Assert.Equal("ckpt_name: 'dreamshaper_8.safetensors' not in (list of length 21)", fault.GetProperty("details").GetString());
        Assert.Equal(JsonValueKind.Null, fault.GetProperty("extra_info").GetProperty("input_config").ValueKind);
    }

    [Fact]
    public async Task A_link_of_the_wrong_type_is_a_mismatch()
    {
        await using var rig = await SimRig.StartAsync();
        var (error, _) = await RefusedAsync(rig, new() { ["1"] = Graphs.Node("PrimitiveInt", ("value", 1)), ["2"] = Graphs.Save("1") });
        Assert.Equal("Return type mismatch between linked nodes: images, received_type(INT) mismatch input_type(IMAGE)",
            error.GetProperty("details").GetString());
    }

    [Fact]
    public async Task A_cycle_is_refused_without_a_reason()
    {
        await using var rig = await SimRig.StartAsync();
        var (error, nodes) = await RefusedAsync(rig, new()
        {
            ["1"] = Graphs.Node("ImageInvert", ("image", Graphs.Link("2"))),
            ["2"] = Graphs.Node("ImageInvert", ("image", Graphs.Link("1"))),
            ["3"] = Graphs.Save("1"),
        });
        Assert.Equal(("prompt_outputs_failed_validation", ""),
            (error.GetProperty("type").GetString(), error.GetProperty("details").GetString()));
        Assert.Equal("{}", nodes.GetRawText());
    }

    [Theory]
    [InlineData("2", "exception_during_validation")]
    [InlineData("1", "exception_during_inner_validation")]
    public async Task A_node_without_inputs_fails_the_validation_itself(string broken, string type)
    {
        await using var rig = await SimRig.StartAsync();
        var graph = Graphs.Picture();
        graph[broken]!.AsObject().Remove("inputs");
        var (_, nodes) = await RefusedAsync(rig, graph);
        var fault = nodes.GetProperty(broken).GetProperty("errors")[0];
        Assert.Equal((type, "'inputs'"), (fault.GetProperty("type").GetString(), fault.GetProperty("details").GetString()));
        Assert.Contains("File \"", fault.GetProperty("extra_info").GetProperty("traceback")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_LoadImage_names_is_looked_for_when_the_prompt_is_submitted()
    {
        await using var rig = await SimRig.StartAsync();
        var (_, nodes) =
            await RefusedAsync(rig, new() { ["1"] = Graphs.Node("LoadImage", ("image", "nope.png")), ["2"] = Graphs.Save("1") });
        var fault = nodes.GetProperty("1").GetProperty("errors")[0];
        Assert.Equal(("custom_validation_failed", "image - Invalid image file: nope.png"),
            (fault.GetProperty("type").GetString(), fault.GetProperty("details").GetString()));
    }

    [Fact]
    public async Task An_invalid_output_is_dropped_when_another_is_valid()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        var graph = Graphs.Picture();
        graph["4"] = Graphs.Node("SaveImage", ("filename_prefix", "x"));
        using var response = await rig.PostAsync("prompt", new JsonObject { ["prompt"] = graph, ["prompt_id"] = "p", ["client_id"] = "c" });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token);
        Assert.Equal("4", Assert.Single(answer.GetProperty("node_errors").EnumerateObject()).Name);
        await socket.UntilEndOfAsync("p");
        var entry = await rig.EntryAsync("p");
        Assert.Equal("success", entry.GetProperty("status").GetProperty("status_str").GetString());
        Assert.Equal("2", Assert.Single(entry.GetProperty("outputs").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Literals_are_coerced_and_the_coerced_ones_are_shown()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        var graph = Graphs.Picture();
        (graph["1"]!["inputs"]!["width"], graph["1"]!["inputs"]!["height"], graph["1"]!["inputs"]!["batch_size"]) = ("64", 64.9, true);
        await rig.RunAsync(graph, socket, "p");
        var inputs = (await rig.EntryAsync("p")).GetProperty("prompt")[2].GetProperty("1").GetProperty("inputs");
        Assert.Equal(["64", "64", "1", "0"], inputs.EnumerateObject().Select(i => i.Value.GetRawText()));
    }

    [Fact]
    public async Task A_literal_for_a_link_passes_the_validation_and_fails_when_it_runs()
    {
        await using var rig = await SimRig.StartAsync();
        var socket = await rig.ListenAsync();
        await rig.RunAsync(new JsonObject { ["2"] = Graphs.Node("SaveImage", ("images", "text"), ("filename_prefix", "x")) }, socket, "p");
        Assert.Equal("error", (await rig.EntryAsync("p")).GetProperty("status").GetProperty("status_str").GetString());
    }

    private static async Task<(JsonElement Error, JsonElement Nodes)> RefusedAsync(SimRig rig, JsonObject graph)
    {
        using var response = await rig.PostAsync("prompt", new JsonObject { ["prompt"] = graph });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Deadline.Token);
        return (body.GetProperty("error"), body.GetProperty("node_errors"));
    }
}

using System.Text.Json.Nodes;

namespace ComfyFunc.Tests.ComfySim;

/// <summary>Prompts for tests, as the front end would save them.</summary>
internal static class Graphs
{
    /// <summary>A picture of one colour (node 1) that is saved (node 2). Another colour is another signature.</summary>
    public static JsonObject Picture(int color = 0, string prefix = "t", int size = 16) => new()
    {
        ["1"] = Empty(color, size),
        ["2"] = Save("1", prefix),
    };

    /// <summary>A picture that waits (node 3) before it is saved (node 2).</summary>
    /// <param name="poll">Whether an interrupt ends the wait.</param>
    public static JsonObject Sleep(double seconds = 3600, bool poll = true, int color = 0) => new()
    {
        ["1"] = Empty(color),
        ["3"] = Node("SimSleep", ("image", Link("1")), ("seconds", seconds), ("poll", poll)),
        ["2"] = Save("3"),
    };

    /// <summary>A picture that counts steps (node 3) before it is saved (node 2).</summary>
    public static JsonObject Steps(int steps, double seconds = 0) => new()
    {
        ["1"] = Empty(),
        ["3"] = Node("SimProgress", ("image", Link("1")), ("steps", steps), ("seconds", seconds)),
        ["2"] = Save("3"),
    };

    public static JsonObject Fail(string message = "It broke.", string type = "ValueError") => new()
    {
        ["1"] = Empty(),
        ["3"] = Node("SimFail", ("image", Link("1")), ("message", message), ("exception_type", type)),
        ["2"] = Save("3"),
    };

    /// <summary>Text to image: checkpoint 1, texts 2 and 3, latent 4, sampler 5, decoder 6, output 7.</summary>
    public static JsonObject Sampled(int seed = 1, int steps = 3) => new()
    {
        ["1"] = Node("CheckpointLoaderSimple", ("ckpt_name", "dreamshaper_8.safetensors")),
        ["2"] = Node("CLIPTextEncode", ("text", "a lake"), ("clip", Link("1", 1))),
        ["3"] = Node("CLIPTextEncode", ("text", ""), ("clip", Link("1", 1))),
        ["4"] = Node("EmptyLatentImage", ("width", 64), ("height", 64), ("batch_size", 1)),
        ["5"] = Node(
            "KSampler", ("model", Link("1")), ("seed", seed), ("steps", steps), ("cfg", 7), ("sampler_name", "euler"),
            ("scheduler", "normal"),
            ("positive", Link("2")), ("negative", Link("3")), ("latent_image", Link("4")), ("denoise", 1)),
        ["6"] = Node("VAEDecode", ("samples", Link("5")), ("vae", Link("1", 2))),
        ["7"] = Save("6"),
    };

    public static JsonObject Empty(int color = 0, int size = 16) =>
        Node("EmptyImage", ("width", size), ("height", size), ("batch_size", 1), ("color", color));

    public static JsonObject Save(string from, string prefix = "t") =>
        Node("SaveImage", ("images", Link(from)), ("filename_prefix", prefix));

    public static JsonObject Node(string type, params (string Name, JsonNode? Value)[] inputs) =>
        new() { ["class_type"] = type, ["inputs"] = new JsonObject(inputs.Select(i => KeyValuePair.Create(i.Name, i.Value))) };

    public static JsonArray Link(string node, int slot = 0) => [node, slot];
}

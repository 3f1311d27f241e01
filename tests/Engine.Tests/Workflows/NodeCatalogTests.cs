using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Workflows;
using CsCheck;

namespace ComfyFunc.Tests.Engine.Workflows;

public class NodeCatalogTests
{
    [Fact]
    public void A_catalog_reads_back_from_its_json() =>
        Assert.Equal(SmallCatalog.Catalog.Hash, NodeCatalog.Read(SmallCatalog.Catalog.ToJson()).Hash);

    [Fact]
    public void A_part_has_only_what_was_asked_for()
    {
        var part = SmallCatalog.Catalog.Only(["Save", "Make", "Nothing"]);
        Assert.Equal(["Make", "Save"], part.Classes.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.NotEqual(SmallCatalog.Catalog.Hash, part.Hash);
    }

    [Fact]
    public void The_order_of_inputs_is_the_servers() =>
        Assert.Equal(["model", "clip", "file"], SmallCatalog.Catalog.Find("Lora")!.Inputs.Select(i => i.Name));

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    public void What_is_no_object_is_no_catalog(string text) => Assert.ThrowsAny<JsonException>(() => Read(text));

    [Fact]
    public void Odd_entries_do_no_harm()
    {
        var odd = Read("""{"A":{"input":{"required":{"x":[],"y":"text","z":[7,{"default":null}]}},"output":[["p","q"],"IMAGE"]},"B":5}""");
        Assert.Equal(["COMBO", "IMAGE"], odd.Find("A")!.Outputs);
        Assert.False(odd.Has("B"));
    }

    // Any part of a true answer, replaced by anything that JSON has.
    [Fact]
    public void Nothing_that_a_server_says_throws()
    {
        string[] odd = ["null", "5", "1e999", "-99999999999999999999999999", "true", "\"\"", "\"\\udce9\"", "\"\\ud83d\"", "[]", "[[]]",
            "{}", "[null,1,true,{\"a\":[]}]", "{\"required\":[1]}", "{\"\":[[1,null],{\"min\":\"x\",\"max\":1e999,\"options\":5}]}"];
        var values = Places(JsonElement.Parse(RichCatalog.Json)).Take(400).ToArray();
        Gen.Select(Gen.Int[0, values.Length - 1], Gen.Int[0, odd.Length - 1]).Sample((at, with) =>
        {
            var text = RichCatalog.Json.Replace(values[at], odd[with], StringComparison.Ordinal);
            NodeCatalog catalog;
            try
            {
                catalog = Read(text);
            }
            catch (JsonException)
            {
                return; // The replacement has made it no object, or no JSON.
            }

            var union = NodeCatalog.Union([catalog, RichCatalog.Catalog]);
            Assert.Equal(catalog.Hash, NodeCatalog.Read(catalog.ToJson()).Hash);
            _ = Workflow.Load(JsonElement.Parse(RichCatalog.Needed("Word", """{"text":"a","times":1}""", "[t]")), union).Warnings;
        });
    }

    [Fact]
    public void A_file_name_that_is_no_text_is_left_out()
    {
        var catalog =
            Read("""{"LoadImage":{"input":{"required":{"image":[["example.png","caf\udce9.png"],{"image_upload":true}]}},"output":["IMAGE","MASK"]}}""");
        Assert.Equal(["example.png"], OptionsOf(catalog, "LoadImage", "image"));
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_read_too()
    {
        byte[] json = [.. "{\"A\":{\"input\":{\"required\":{\"f\":[[\"good\",\"b"u8, 0xE9, .. "d\"]]}},\"output\":[]}}"u8];
        Assert.Equal(["good"], OptionsOf(NodeCatalog.Read(json), "A", "f"));
    }

    [Fact]
    public void A_pair_of_surrogates_is_a_character() =>
        Assert.Equal(["\U0001F3A8\\u.png"],
            OptionsOf(Read("""{"A":{"input":{"required":{"f":[["\ud83c\udfa8\\u.png"]]}},"output":[]}}"""), "A", "f"));

    [Fact]
    public void What_is_named_twice_counts_as_it_is_named_last() =>
        Assert.Equal(["IMAGE"], Read("""{"A":{"output":[]},"A":{"output":["MASK"],"output":["IMAGE"]}}""").Find("A")!.Outputs);

    [Fact]
    public void Files_that_are_staged_make_no_other_catalog()
    {
        var before = Read("""{"LoadImage":{"input":{"required":{"image":[["a.png"],{"image_upload":true}]}},"output":[]}}""");
        var after = Read(
            """{"LoadImage":{"input":{"required":{"image":[["a.png","comfyfunc/1.png","comfyfunc\\2.png"],{"image_upload":true}]}},"output":[]}}""");
        Assert.Equal(before.Hash, after.Hash);
        Assert.Equal(["comfyfunc/odd.safetensors"],
            OptionsOf(Read("""{"A":{"input":{"required":{"m":[["comfyfunc/odd.safetensors"]]}},"output":[]}}"""), "A", "m"));
    }

    [Theory]
    [InlineData("VHS_LoadVideo", "video", "", "video")]
    [InlineData("VHS_LoadVideoFFmpeg", "video", "", "video")]
    [InlineData("VHS_LoadAudioUpload", "audio", "", "audio")]
    [InlineData("VHS_LoadVideoPath", "video", "", null)]
    [InlineData("VHS_LoadImages", "directory", "", null)]
    [InlineData("LoadLatent", "latent", "", "latent")]
    [InlineData("LoadAudio", "audio", "", "audio")]
    [InlineData("LoadImage //Inspire", "image", "", "image")]
    [InlineData("Hy3DUploadMesh", "mesh", "", "3d")]
    [InlineData("CheckpointLoaderSimple", "ckpt_name", "", null)]
    [InlineData("Any", "x", "\"image_upload\":true", "image")]
    [InlineData("Any", "x", "\"animated_image_upload\":true", "image")]
    [InlineData("Any", "x", "\"video_upload\":true", "video")]
    [InlineData("Any", "x", "\"latent_upload\":true", "latent")]
    [InlineData("Any", "x", "\"mesh_upload\":true", "3d")]
    [InlineData("Any", "x", "\"file_upload\":true", "file")]
    [InlineData("Load3DThing", "x", "\"file_upload\":true", "3d")]
    [InlineData("Any", "x", "\"zip_upload\":true", "file")]
    [InlineData("Any", "x", "\"image_upload\":false", null)]
    [InlineData("LoadImageOutput", "image", "\"image_upload\":true,\"image_folder\":\"output\"", null)]
    public void An_input_that_takes_uploads_is_known(string nodeClass, string input, string extra, string? kind) =>
        Assert.Equal(kind, NodeInput.Read(nodeClass, input, JsonElement.Parse($$"""[["a"],{{{extra}}}]"""), isRequired: true).Upload);

    [Theory]
    [InlineData("seed", "INT", "", true, false)]
    [InlineData("noise_seed", "INT", "", true, false)]
    [InlineData("seed", "INT", "\"control_after_generate\":true", true, false)]
    [InlineData("seed", "INT", "\"control_after_generate\":\"fixed\"", true, true)]
    [InlineData("seed", "INT", "\"control_after_generate\":\"randomize\"", true, false)]
    [InlineData("seed", "INT", "\"control_after_generate\":false", true, false)]
    [InlineData("value", "INT", "\"control_after_generate\":true", false, false)]
    [InlineData("value", "INT", "\"control_after_generate\":\"fixed\"", false, false)]
    [InlineData("value", "INT", "\"control_after_generate\":\"increment\"", false, false)]
    [InlineData("value", "INT", "\"control_after_generate\":\"decrement\"", false, false)]
    [InlineData("value", "INT", "\"control_after_generate\":\"randomize\"", true, false)]
    [InlineData("value", "FLOAT", "\"control_after_generate\":\"randomize\"", false, false)]
    [InlineData("seed", "FLOAT", "", false, false)]
    [InlineData("seed", "STRING", "", false, false)]
    [InlineData("rand_seed", "INT", "", false, false)]
    [InlineData("Seed", "INT", "", false, false)]
    [InlineData("width", "INT", "", false, false)]
    public void Only_what_is_a_seed_is_one(string input, string type, string extra, bool isSeed, bool isFixed)
    {
        var read = NodeInput.Read("Any", input, JsonElement.Parse($$"""["{{type}}",{{{extra}}}]"""), isRequired: true);
        Assert.Equal((isSeed, isFixed), (read.IsSeed, read.IsFixedSeed));
    }

    private static NodeCatalog Read(string json) => NodeCatalog.Read(Encoding.UTF8.GetBytes(json));

    private static string?[] OptionsOf(NodeCatalog catalog, string nodeClass, string input) =>
        [.. catalog.Find(nodeClass)!.Find(input)!.Options.Select(o => o.GetString())];

    private static IEnumerable<string> Places(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object =>
            value.EnumerateObject().SelectMany(p => Places(p.Value).Prepend($"\"{p.Name}\"")).Append(value.GetRawText()),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Places).Append(value.GetRawText()),
        _ => [value.GetRawText()],
    };
}

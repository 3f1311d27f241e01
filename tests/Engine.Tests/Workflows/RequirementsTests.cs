using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>What a host must have, by the host's own word, and how files are spelled for it.</summary>
public class RequirementsTests
{
    private const string Later =
        """{"1":{"class_type":"Model","inputs":{"ckpt":"new.safetensors"}},"3":{"class_type":"Shown","inputs":{"model":["1",0],"seed":5,"steps":20,"method":"euler"}}}""";

    // Each row: what Model's combo is on the host, and what the host lacks.
    [Theory]
    [InlineData("""[["new.safetensors"]]""", "")]
    [InlineData("""["COMBO",{"options":["new.safetensors"]}]""", "")]
    [InlineData("""[["other.safetensors"]]""", "'new.safetensors' for Model.ckpt")]
    [InlineData("""[["New.safetensors"]]""", "'new.safetensors' for Model.ckpt")]
    [InlineData("""[[]]""", "'new.safetensors' for Model.ckpt")]
    [InlineData("""["COMBO",{"remote":{}}]""", "")]
    [InlineData("""["STRING",{}]""", "")]
    public void A_model_is_demanded_whatever_was_known_at_save(string combo, string missing) =>
        Assert.Equal(missing, string.Join("; ", Needs(Later).MissingOn(Host(("Model", "ckpt", combo)))));

    [Theory]
    [InlineData("steps", """["INT",{"min":1,"max":100}]""", "")]
    [InlineData("steps", """["INT",{"min":1,"max":10}]""", "20 for Shown.steps")]
    [InlineData("steps", """["INT",{"min":21}]""", "20 for Shown.steps")]
    [InlineData("seed", """["INT",{"min":0,"max":1}]""", "")]
    [InlineData("method", """[["heun"]]""", "'euler' for Shown.method")]
    [InlineData("more", """["FLOAT",{}]""", "input more of Shown")]
    [InlineData("more", """["COMFY_AUTOGROW_V3",{}]""", "")]
    public void The_host_s_own_class_decides(string input, string spec, string missing) =>
        Assert.Equal(missing,
            string.Join("; ", Needs(Later).MissingOn(Host(("Model", "ckpt", """[["new.safetensors"]]"""), ("Shown", input, spec)))));

    [Fact]
    public void Nodes_that_no_output_needs_demand_nothing()
    {
        var needs = Needs(RichCatalog.Prompt(""" "7":{"class_type":"Nowhere","inputs":{"ckpt":"z.safetensors"}} """));
        Assert.Equal(["Picture", "SaveImage"], needs.Classes);
        Assert.Empty(needs.MissingOn(RichCatalog.Catalog));
    }

    [Fact]
    public void The_class_of_a_joined_batch_is_demanded()
    {
        var workflow = RichCatalog.Read(RichCatalog.Prompt());
        var values = new CallValues { Assignments = [new() { Node = "1", Input = "image", Files = [0, 1] }] };
        Assert.Equal(["node class ImageBatch"],
            PromptCompiler.Compile(workflow, values, ["comfyfunc/1.png", "comfyfunc/2.png"], [],
                CompileOptions.Plain).Requirements.MissingOn(RichCatalog.Catalog));
    }

    [Theory]
    [InlineData("known.png", "")]
    [InlineData("gone.png", "'gone.png' for Picture.image")]
    [InlineData("comfyfunc/1.png", "")]
    [InlineData("clipspace/gone.png [input]", "")]
    [InlineData("gone.png [output]", "")]
    public void Saved_files_are_demanded_and_staged_ones_are_not(string file, string missing) =>
        Assert.Equal(missing,
            string.Join("; ", Needs(RichCatalog.Prompt().Replace("known.png", file, StringComparison.Ordinal))
                .MissingOn(RichCatalog.Catalog)));

    [Theory]
    [InlineData("""{"lora_1":{"on":true,"lora":"x.safetensors"}}""", "")]
    [InlineData("""{"lora_1":{"on":true,"lora":"old\\y.safetensors"}}""", "")]
    [InlineData("""{"lora_1":{"on":true,"lora":"z.safetensors"}}""", "'z.safetensors'")]
    [InlineData("""{"lora_1":{"on":false,"lora":"z.safetensors"}}""", "")]
    [InlineData("""{"list":[["z.safetensors",1]]}""", "'z.safetensors'")]
    [InlineData("""{"extra":"z.safetensors"}""", "'z.safetensors' for Loras.extra")]
    [InlineData("""{"extra":"x.safetensors"}""", "")]
    public void Files_within_values_that_nobody_describes_are_demanded(string inputs, string missing) =>
        Assert.Equal(missing, string.Join("; ", Needs(LorasWith(inputs)).MissingOn(RichCatalog.Catalog)));

    [Fact]
    public void Models_are_known_wherever_they_stand() =>
        Assert.Equal(["a.safetensors", "x.safetensors"],
            Needs(LorasWith("""{"lora_1":{"on":true,"lora":"x.safetensors"}}""")).Models.Select(m => m.Value));

    [Fact]
    public void The_same_demands_have_the_same_key_whatever_the_seed_and_the_prose()
    {
        var key = Needs(Later).Key;
        Assert.Equal(key, Needs(Later.Replace("\"seed\":5", "\"seed\":6", StringComparison.Ordinal)).Key);
        Assert.NotEqual(key, Needs(Later.Replace("\"steps\":20", "\"steps\":30", StringComparison.Ordinal)).Key);
        Assert.NotEqual(key, Needs(Later.Replace("new.", "newer.", StringComparison.Ordinal)).Key);
        Assert.Equal(
            Needs(RichCatalog.Needed("Word", """{"text":"a hill","times":1,"rate":1,"on":true}""")).Key,
            Needs(RichCatalog.Needed("Word", """{"text":"a lake","times":1,"rate":1,"on":true}""")).Key);
    }

    [Fact]
    public void Demands_are_read_back_as_they_were_written()
    {
        var needs = Needs(LorasWith("""{"lora_1":{"on":true,"lora":"x.safetensors"},"n":3}"""));
        var again = JsonSerializer.Deserialize<Requirements>(JsonSerializer.Serialize(needs))!;
        Assert.Equal(JsonSerializer.Serialize(needs), JsonSerializer.Serialize(again));
        Assert.Equal(["node class Loras", "node class Model", "node class ShowIt", "'x.safetensors'"], again.MissingOn(NodeCatalog.Empty));
        Assert.Empty(
            JsonSerializer.Deserialize<Requirements>("""{"Classes":["Model"],"Options":[],"Key":"k"}""")!.MissingOn(RichCatalog.Catalog));
    }

    [Fact]
    public void Files_are_spelled_as_the_host_spells_them()
    {
        var host = Host(("Model", "ckpt", """[["SDXL\\b.safetensors"]]"""), ("LoraLoader", "lora_name", """[["old\\y.safetensors"]]"""));
        var prompt = """
            {"1":{"class_type":"Model","inputs":{"ckpt":"SDXL/b.safetensors"}},"2":{"class_type":"Loras","inputs":{"model":["1",0],"lora_1":{"on":true,"lora":"old/y.safetensors","s":[1]},"text":"old/y"}},
             "3":{"class_type":"Shown","inputs":{"model":["2",0],"seed":5,"steps":20,"method":"euler"}},"8":{"class_type":"Nowhere","inputs":{}},"9":{"class_type":"Later","inputs":{"ckpt":"q"}}}
            """;
        var compiled = PromptCompiler.Compile(RichCatalog.Read(prompt), CallValues.None, [], [], new() { Host = host });
        Assert.Equal(
            """{"1":{"class_type":"Model","inputs":{"ckpt":"SDXL\\b.safetensors"}},"2":{"class_type":"Loras","inputs":{"model":["1",0],"lora_1":{"on":true,"lora":"old\\y.safetensors","s":[1]},"text":"old/y"}},"3":{"class_type":"Shown","inputs":{"model":["2",0],"seed":5,"steps":20,"method":"euler"}},"9":{"class_type":"Later","inputs":{"ckpt":"q"}}}""",
            Encoding.UTF8.GetString(compiled.Json.Span));
        Assert.Empty(compiled.Requirements.MissingOn(host));
    }

    private static string LorasWith(string inputs) => $$$$"""
        {"1":{"class_type":"Model","inputs":{"ckpt":"a.safetensors"}},"2":{"class_type":"Loras","inputs":{{{{inputs}}}}},"3":{"class_type":"ShowIt","inputs":{"m":["2",0],"n":["1",0]}}}
        """;

    private static Requirements Needs(string prompt) =>
        PromptCompiler.Compile(Workflow.Load(JsonElement.Parse(prompt), RichCatalog.Catalog), CallValues.None, [], [],
            CompileOptions.Plain).Requirements;

    private static NodeCatalog Host(params ReadOnlySpan<(string Class, string Input, string Spec)> changes)
    {
        var host = System.Text.Json.Nodes.JsonNode.Parse(RichCatalog.Json)!;
        foreach (var (nodeClass, input, spec) in changes)
        {
            host[nodeClass]!["input"]!["required"]![input] = System.Text.Json.Nodes.JsonNode.Parse(spec);
        }

        return NodeCatalog.Read(Encoding.UTF8.GetBytes(host.ToJsonString()));
    }
}

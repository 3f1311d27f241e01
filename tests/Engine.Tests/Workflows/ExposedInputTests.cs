using System.Collections.Immutable;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>
/// Inputs that no class names, files that the catalog does not tell, what a shared tag takes, and what a call must bring.
/// </summary>
public class ExposedInputTests
{
    private const string Video = """
        {"1":{"class_type":"VHS_LoadVideo","inputs":{"video":"clip.mp4","cap":0},"_meta":{"title":"LOAD"}},
         "2":{"class_type":"Combine","inputs":{"images":["1",0],"rate":8,"filename_prefix":"v","format":"video/h264","pix_fmt":"yuv420p","crf":19,"loop":true,"speed":1.5},"_meta":{"title":"SHOW"}}}
        """;

    [Fact]
    public void An_input_that_the_format_describes_is_typed_by_it()
    {
        var inputs = Inputs("", "[v:CRF,rate,pix_fmt]");
        Assert.Equal(["rate:FLOAT", "crf:INT", "pix_fmt:ENUM"], inputs.Select(i => $"{i.Name}:{i.Type}"));
        Assert.Equal((0m, 100m, 19), (inputs[1].Min, inputs[1].Max, inputs[1].Default!.Value.GetInt32()));
        Assert.Equal(["yuv420p", "yuv444p"], inputs[2].Options!.Value.Select(o => o.GetString()));
    }

    [Fact]
    public void An_input_that_nothing_describes_is_typed_by_its_value() =>
        Assert.Equal(["loop:BOOLEAN", "speed:FLOAT"], Inputs("", "[v:loop,speed]").Select(i => $"{i.Name}:{i.Type}"));

    [Fact]
    public void An_object_is_of_any_type()
    {
        var workflow = RichCatalog.Read(RichCatalog.Needed("Loras", """{"lora_1":{"on":true,"lora":"x.safetensors"}}""", "[l:lora_1]")
            .Replace("ShowText", "Unheard", StringComparison.Ordinal));
        Assert.Equal(("lora_1", "ANY"), (workflow.Contract.Tags[0].Inputs[0].Name, workflow.Contract.Tags[0].Inputs[0].Type));
        var body = JsonElement.Parse("""{"on":false,"lora":"y.safetensors"}""");
        var values = new CallValues { Assignments = [new() { Node = "2", Input = "lora_1", Value = body }] };
        var compiled = JsonElement.Parse(PromptCompiler.Compile(workflow, values, [], [], CompileOptions.Plain).Json.Span);
        Assert.True(JsonElement.DeepEquals(body, compiled.GetProperty("2").GetProperty("inputs").GetProperty("lora_1")));
    }

    [Fact]
    public void Unlisted_inputs_are_not_exposed_unnamed() => Assert.Empty(Inputs("", "[v]"));

    [Theory]
    [InlineData("[clip]", "video")]
    [InlineData("[clip:video]", "video")]
    [InlineData("[clip:video=file]", "file")]
    [InlineData("[clip:video=image]", "image")]
    public void A_loader_without_a_flag_takes_files(string title, string kind)
    {
        var input = Inputs(title, "", "1")[0];
        Assert.Equal(("FILE", kind, null), (input.Type, input.Upload, input.Options));
    }

    [Fact]
    public void The_author_may_say_that_any_input_takes_files()
    {
        var input = Inputs("", "[v:filename_prefix=audio]")[0];
        Assert.Equal(("FILE", "audio"), (input.Type, input.Upload));
    }

    [Fact]
    public void A_shared_tag_takes_what_is_right_for_each_node()
    {
        var catalog = NodeCatalog.Read("""
            {"A":{"input":{"required":{"n":["INT",{"min":0,"max":10}],"c":[["x","y/1","z"]]}},"output":[],"output_node":true},
             "B":{"input":{"required":{"n":["INT",{"min":5,"max":20}],"c":[["z","y\\1","w"]]}},"output":[],"output_node":true}}
            """u8.ToArray());
        var workflow =
            Workflow.Load(
                JsonElement.Parse(
                    """{"1":{"class_type":"A","inputs":{"n":6,"c":"x"},"_meta":{"title":"[t:n,c]"}},"2":{"class_type":"B","inputs":{"n":6,"c":"z"},"_meta":{"title":"[t:n,c]"}}}"""), catalog);
        var inputs = workflow.Contract.Tags[0].Inputs;
        Assert.Equal((5m, 10m), (inputs[0].Min, inputs[0].Max));
        Assert.Equal(["y/1", "z"], inputs[1].Options!.Value.Select(o => o.GetString()));
    }

    [Theory]
    [InlineData("known.png", "", "", false)]
    [InlineData("gone.png", "", "", true)]
    [InlineData("gone.png", "1", "", false)]
    [InlineData("gone.png", "", "1", false)]
    [InlineData("clipspace/a.png [input]", "", "", true)]
    [InlineData("comfyfunc/staged.png", "", "", true)]
    public void A_file_that_no_host_has_must_come_with_the_call(string saved, string set, string bypassed, bool isMissing)
    {
        var workflow = RichCatalog.Read($$$$"""
            {"1":{"class_type":"Picture","inputs":{"image":"{{{{saved}}}}"},"_meta":{"title":"[photo]"}},"2":{"class_type":"PreviewImage","inputs":{"images":["1",0]},"_meta":{"title":"[gone]"}},
             "5":{"class_type":"Picture","inputs":{"image":"known.png"}},"3":{"class_type":"PreviewImage","inputs":{"images":["5",0]}}}
            """);
        var values = new CallValues
        {
            Assignments = set.Length == 0 ? [] : [new() { Node = set, Input = "image", Files = [0] }],
            Bypassed = bypassed.Length == 0 ? [] : [bypassed, "2"],
        };
        Assert.Equal(saved != "known.png", workflow.Contract.Tags[0].Inputs[0].Required);
        Assert.Equal(isMissing ? ["/photo/image"] : [], workflow.MissingRequired(values).Select(f => f.Pointer));
    }

    private static ImmutableArray<ContractInput> Inputs(string load, string show, string node = "2") =>
        RichCatalog.Read(Video.Replace("LOAD", load, StringComparison.Ordinal)
            .Replace("SHOW", show, StringComparison.Ordinal)).Contract.Tags.Single(t => t.Nodes[0].Id == node).Inputs;
}

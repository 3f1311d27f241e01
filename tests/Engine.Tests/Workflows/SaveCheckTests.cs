using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>What is refused when a workflow is saved, what is let pass with a warning, and what ComfyUI takes and nobody minds.</summary>
public class SaveCheckTests
{
    // Each row: a literal or a link for an input of a node that an output needs; refused, a warning's code, or nothing.
    [Theory]
    [InlineData("times", "5", null)]
    [InlineData("times", "\"5\"", null)]
    [InlineData("times", "\" 5 \"", null)]
    [InlineData("times", "5.9", null)]
    [InlineData("times", "true", null)]
    [InlineData("times", "false", "refused")]
    [InlineData("times", "10", "refused")]
    [InlineData("times", "0", "refused")]
    [InlineData("times", "\"10\"", "refused")]
    [InlineData("times", "\"5.9\"", "refused")]
    [InlineData("times", "\"many\"", "refused")]
    [InlineData("times", "null", "refused")]
    [InlineData("times", "{}", "refused")]
    [InlineData("times", "{\"__value__\":5}", null)]
    [InlineData("times", "[]", "refused")]
    [InlineData("times", "1e999", "refused")]
    [InlineData("rate", "1", null)]
    [InlineData("rate", "\"0.5\"", null)]
    [InlineData("rate", "1.5", "refused")]
    [InlineData("rate", "null", "refused")]
    [InlineData("rate", "\"fast\"", "refused")]
    [InlineData("text", "5", null)]
    [InlineData("text", "{\"a\":1}", null)]
    [InlineData("text", "null", "odd_value")]
    [InlineData("on", "\"yes\"", null)]
    [InlineData("on", "null", "odd_value")]
    [InlineData("mask", "null", null)]
    [InlineData("mask", "\"a.png\"", "refused")]
    [InlineData("mask", "[\"1\",1]", null)]
    [InlineData("mask", "[\"1\",0]", "refused")]
    [InlineData("mask", "[\"1\",5]", "refused")]
    [InlineData("mask", "[\"1\",-1]", "refused")]
    [InlineData("mask", "[\"77\",0]", "refused")]
    [InlineData("mask", "[\"1\",1,\"MASK\"]", "refused")]
    [InlineData("mask", "[\"1\"]", "refused")]
    [InlineData("mask", "[\"1\",\"1\"]", "refused")]
    [InlineData("mask", "[1,1]", null)]
    [InlineData("unheard", "[512,512]", null)]
    [InlineData("unheard", "{\"on\":true}", null)]
    public void What_ComfyUI_would_refuse_is_refused(string input, string value, string? outcome)
    {
        var inputs = new Dictionary<string, string>
        {
            ["text"] = "\"t\"",
            ["times"] = "1",
            ["rate"] = "1",
            ["on"] = "true",
            [input] = value
        };
        Expect(RichCatalog.Needed("Word", $"{{{string.Join(",", inputs.Select(i => $"\"{i.Key}\":{i.Value}"))}}}"),
            "/2/inputs/" + input, outcome);
    }

    [Theory]
    [InlineData("Model", """{"ckpt":"a.safetensors"}""", "ckpt", null)]
    [InlineData("Model", """{"ckpt":"SDXL/b.safetensors"}""", "ckpt", null)]
    [InlineData("Model", """{"ckpt":"later.safetensors"}""", "ckpt", "option_missing")]
    [InlineData("Model", """{"ckpt":null}""", "ckpt", "refused")]
    [InlineData("Later", """{"ckpt":"anything"}""", "ckpt", "option_missing")]
    [InlineData("Shown", """{"model":["4",0],"seed":1,"steps":5,"method":"no_such_sampler"}""", "method", "refused")]
    [InlineData("Shown", """{"model":["1",0],"seed":1,"steps":5,"method":"euler"}""", "model", "refused")]
    [InlineData("Shown", """{"model":null,"seed":1,"steps":5,"method":"euler"}""", "model", "refused")]
    [InlineData("Shown", """{"model":"a","seed":1,"steps":5,"method":"euler"}""", "model", "refused")]
    [InlineData("Shown", """{"seed":1,"steps":5,"method":"euler"}""", "model", "refused")]
    [InlineData("Packed", """{"value":["5",1],"style":"one"}""", "value", "link_type")]
    [InlineData("Packed", """{"value":1.0,"style":"three"}""", "style", "option_missing")]
    [InlineData("Picture", """{"image":"gone.png"}""", "image", "input_file_missing")]
    [InlineData("Picture", """{"image":"clipspace/mask.png [input]"}""", "image", "input_file_missing")]
    [InlineData("Picture", """{"image":"known.png [input]"}""", "image", null)]
    public void What_may_come_later_is_a_warning(string nodeClass, string inputs, string input, string? outcome) => Expect(
        RichCatalog.Prompt(
            $$$""" "2":{"class_type":"{{{nodeClass}}}","inputs":{{{inputs}}}} """,
            """ "3":{"class_type":"Route","inputs":{"any":["2",0]}},"33":{"class_type":"End","inputs":{"any":["3",0]}} """,
            """ "4":{"class_type":"Model","inputs":{"ckpt":"a.safetensors"}} """,
            """ "5":{"class_type":"Word","inputs":{"text":"","times":1,"rate":1,"on":true}} """),
        "/2/inputs/" + input,
        outcome);

    [Fact]
    public void A_node_that_no_output_needs_may_be_as_it_likes()
    {
        var valid = RichCatalog.Valid(RichCatalog.Prompt(
            """ "7":{"class_type":"Word","inputs":{"times":null,"mask":["99",3]}} """,
            """ "8":{"class_type":"Word","inputs":{"mask":["88",0]}},"88":{"class_type":"Word","inputs":{"text":["8",0]}} """));
        Assert.Equal(["/7", "/8", "/88"], valid.Warnings.Where(w => w.Code == "loose_node").Select(w => w.Pointer));
    }

    [Fact]
    public void A_node_without_a_class_is_refused_anywhere() =>
        Assert.Equal(["/7"], Pointers(RichCatalog.Prompt(""" "7":{"inputs":{}} """)));

    [Fact]
    public void A_class_that_no_host_has_is_made_up_and_told()
    {
        var valid = RichCatalog.Valid("""
            {"1":{"class_type":"Nowhere","inputs":{"text":"a","times":3,"rate":0.5,"on":true,"all":{"x":1}},"_meta":{"title":"[a]"}},
             "2":{"class_type":"NoSaver","inputs":{"what":["1",4],"name":"n"},"_meta":{"title":"[b:name]"}},"3":{"class_type":"Note","inputs":{}}}
            """);
        Assert.Equal(["/1/class_type", "/2/class_type", "/3/class_type"], valid.Warnings.Where(w => w.Code == "class_missing")
            .Select(w => w.Pointer));
        Assert.Contains(valid.Warnings, w => w is { Code: "loose_node", Pointer: "/3" });
        var contract = valid.Workflow.Contract;
        Assert.Equal(["STRING", "INT", "FLOAT", "BOOLEAN", "ANY"], contract.Tags[0].Inputs.Select(i => i.Type));
        Assert.Equal(["name"], contract.Tags[1].Inputs.Select(i => i.Name));
        Assert.Equal(["2"], contract.Outputs.SelectMany(o => o.Nodes));
    }

    [Fact]
    public void A_class_alone_that_no_host_has_is_an_output() =>
        Assert.Equal(["1"], RichCatalog.Read("""{"1":{"class_type":"Nowhere","inputs":{"n":1}}}""").OutputNames);

    [Fact]
    public void A_slot_beyond_those_of_any_type_is_taken() => RichCatalog.Valid(RichCatalog.Prompt(
        """ "2":{"class_type":"Nowhere","inputs":{}},"3":{"class_type":"SaveImage","inputs":{"images":["2",7],"filename_prefix":"p"}} """));

    [Theory]
    [InlineData("[.]")]
    [InlineData("[..]")]
    [InlineData("[a\\u0001b]")]
    [InlineData("[Untagged]")]
    [InlineData("#untagged")]
    [InlineData("[a:image=paper]")]
    [InlineData("[a:nothing]")]
    public void A_tag_that_nobody_could_use_is_refused(string title) =>
        Assert.Equal(["/1/_meta/title"],
            Pointers(RichCatalog.Prompt()
                .Replace("""{"image":"known.png"}""", $$$"""{"image":"known.png"},"_meta":{"title":"{{{title}}}"}""",
                    StringComparison.Ordinal)));

    [Fact]
    public void What_was_saved_under_other_rules_still_loads()
    {
        var prompt = """{"1":{"class_type":"Word","inputs":{"times":null,"mask":["9",4]},"_meta":{"title":"[..] [untagged]"}},"2":{"class_type":"ShowText","inputs":{"text":["1",0]}},"3":{"inputs":{}}}""";
        Assert.IsType<WorkflowCheck.Invalid>(RichCatalog.Check(prompt));
        var loaded = Workflow.Load(System.Text.Json.JsonElement.Parse(prompt), RichCatalog.Catalog);
        Assert.Equal([".."], loaded.Contract.Tags.Select(t => t.Name).Take(1));
        Assert.Contains(loaded.Warnings, w => w is { Code: "refused_by_hosts", Pointer: "/1/inputs/times" });
        Assert.Empty(Workflow.Load(System.Text.Json.JsonElement.Parse("[]"), NodeCatalog.Empty).Outputs);
    }

    private static void Expect(string prompt, string pointer, string? outcome)
    {
        switch (RichCatalog.Check(prompt))
        {
            case WorkflowCheck.Invalid invalid:
                Assert.Equal((pointer, "refused"), (Assert.Single(invalid.Faults).Pointer, outcome));
                break;
            case WorkflowCheck.Valid valid:
                Assert.Equal(outcome, valid.Warnings.FirstOrDefault(w => w.Pointer == pointer)?.Code);
                break;
        }
    }

    private static string?[] Pointers(string prompt) =>
        [.. Assert.IsType<WorkflowCheck.Invalid>(RichCatalog.Check(prompt)).Faults.Select(f => f.Pointer)];
}

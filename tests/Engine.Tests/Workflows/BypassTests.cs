using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class BypassTests
{
    // Each row: the node that is bypassed between 1 (Load: MODEL, CLIP) or 5 (Make: IMAGE) and its consumer, and where the consumer's link
    // leads then.
    [Theory]
    [InlineData("""{"class_type":"Lora","inputs":{"model":["1",0],"clip":["1",1],"file":"x.safetensors"}}""", "Text", "clip", 1, "1", 1)]
    [InlineData("""{"class_type":"Invert","inputs":{"image":["5",0]}}""", "Save", "images", 0, "5", 0)]
    [InlineData("""{"class_type":"Mix","inputs":{"one":["5",0],"two":["6",0]}}""", "Save", "images", 0, "5", 0)]
    [InlineData("""{"class_type":"Route","inputs":{"any":["6",0]}}""", "Save", "images", 0, "6", 0)]
    public void A_link_passes_through_by_type(string bypassed, string consumer, string input, int slot, string source, int sourceSlot)
    {
        var node = bypassed.Replace("}}", """},"_meta":{"title":"[!bypass]"}}""", StringComparison.Ordinal);
        var prompt = $$$$"""
            {"1":{"class_type":"Load","inputs":{"file":"a.safetensors"}},"5":{"class_type":"Make","inputs":{"color":1}},"6":{"class_type":"Make","inputs":{"color":2}},
             "2":{{{{node}}}},
             "3":{"class_type":"{{{{consumer}}}}","inputs":{"{{{{input}}}}":["2",{{{{slot}}}}],"text":"t","prefix":"p"}},
             "9":{"class_type":"Save","inputs":{"images":["5",0],"prefix":"always"}} }
            """;

        Assert.Equal((source, sourceSlot), LinkOf(prompt, "3", input));
    }

    // Each row: a node that is bypassed, its consumer, the output, and where the consumer's link leads then; nothing where it is cut.
    [Theory]
    [InlineData("Batch", """ "images.image0":["make",0],"images.image1":["other",0] """, "Save", 0, "make")]
    [InlineData("Sum", """ "values.a":["number",0],"values.b":["other",0] """, "Show", 1, "other")]
    [InlineData("Sum", """ "values.a":["number",0] """, "Show", 1, null)] // The second input is the one that stands ready.
    [InlineData("Sum", """ "values.a":["number",0] """, "Show", 0, "number")]
    [InlineData("Resize", """ "input":["make",0],"method":"area","mode":"match","mode.other":["mask",0] """, "Save", 0, "make")]
    [InlineData("Resize", """ "input":["mask",0],"method":"area","mode":"match","mode.other":["make",0] """, "Save", 0, "mask")]
    [InlineData("Pick", """ "on":["make",0],"off":["make",0] """, "Save", 0, "make")]
    [InlineData("Pick", """ "on":["mask",0],"off":["mask",0] """, "Save", 0, null)]
    public void A_link_passes_by_the_inputs_that_choices_links_and_groups_leave(string nodeClass, string inputs, string consumer, int slot,
        string? source)
    {
        var prompt = JsonElement.Parse($$$$"""
            {"make":{"class_type":"Make","inputs":{"color":1}},"other":{"class_type":"Make","inputs":{"color":2}},"mask":{"class_type":"Mask","inputs":{}},
             "number":{"class_type":"Number","inputs":{}},"n":{"class_type":"{{{{nodeClass}}}}","inputs":{ {{{{inputs}}}} }},
             "end":{"class_type":"{{{{consumer}}}}","inputs":{"prefix":"p","{{{{(consumer is "Save" ? "images" : "any")}}}}":["n",{{{{slot}}}}]}}}
            """);
        var nodes = Bypass.Apply(Workflow.Load(prompt, DynamicCatalog.Catalog).Nodes, new HashSet<string> { "n" });
        Assert.Equal(source, nodes.Single(n => n.Id == "end").Inputs.Select(i => i.Link?.Node).FirstOrDefault(l => l is not null));
    }

    [Fact]
    public void A_chain_of_bypassed_nodes_is_followed_to_its_start()
    {
        var chain = string.Join(",", Enumerable.Range(2, 50).Select(i => $$$$"""
            "{{{{i}}}}":{"class_type":"Invert","inputs":{"image":["{{{{i - 1}}}}",0]},"_meta":{"title":"[!bypass]"}}
            """));
        var prompt = $$$$"""{"1":{"class_type":"Make","inputs":{"color":1}},{{{{chain}}}},"99":{"class_type":"Save","inputs":{"images":["51",0],"prefix":"p"}}}""";

        Assert.Equal(("1", 0), LinkOf(prompt, "99", "images"));
    }

    [Fact]
    public void An_optional_input_that_loses_its_link_is_left_out()
    {
        var prompt = """
            {"1":{"class_type":"Open","inputs":{"image":"example.png"},"_meta":{"title":"[!bypass]"}},"5":{"class_type":"Make","inputs":{"color":1}},
             "2":{"class_type":"Mix","inputs":{"one":["5",0],"two":["5",0],"mask":["1",1]}},"3":{"class_type":"Save","inputs":{"images":["2",0],"prefix":"p"}}}
            """;
        Assert.False(Compiled(prompt).GetProperty("2").GetProperty("inputs").TryGetProperty("mask", out _));
    }

    [Theory]
    [InlineData("IMAGE", "IMAGE", true)]
    [InlineData("*", "MODEL", true)]
    [InlineData("FLOAT,INT", "INT", true)]
    [InlineData("IMAGE", "MASK", false)]
    public void Types_fit_as_the_front_end_has_it(string one, string other, bool fits) => Assert.Equal(fits, Bypass.Fits(one, other));

    private static (string Node, int Slot) LinkOf(string prompt, string node, string input)
    {
        var link = Compiled(prompt).GetProperty(node).GetProperty("inputs").GetProperty(input);
        return (link[0].GetString()!, link[1].GetInt32());
    }

    private static JsonElement Compiled(string prompt) =>
        JsonElement.Parse(
            Encoding.UTF8.GetString(
                PromptCompiler.Compile(SmallCatalog.Read(prompt), CallValues.None, [], [], CompileOptions.Plain).Json.Span));
}

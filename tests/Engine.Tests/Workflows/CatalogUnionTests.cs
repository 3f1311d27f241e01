using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class CatalogUnionTests
{
    private static readonly NodeClass One = Class("""
        {"input":{"required":{"a":["INT",{"min":0,"max":10}],"b":["STRING",{}],"m":[["SDXL\\a.safetensors","b.safetensors"]],"f":["IMAGE"],"o":["FLOAT",{"min":1,"max":2,"forceInput":true}]}},"output":["IMAGE"]}
        """);

    private static readonly NodeClass Other = Class("""
        {"input":{"required":{"a":["INT",{"min":-5,"max":7}],"m":["COMBO",{"options":["SDXL/a.safetensors","c.safetensors",3]}],"new":["MASK"]},"optional":{"b":["STRING",{"multiline":true}],"f":["IMAGE",{"image_upload":true}],"o":["FLOAT",{"min":0}]}},"output":["IMAGE","MASK"],"output_node":true}
        """);

    [Fact]
    public void A_union_takes_what_either_takes_in_either_order()
    {
        foreach (var union in new[] { Union(One, Other), Union(Other, One) })
        {
            Assert.Equal(["a", "b", "f", "m", "new", "o"], union.Inputs.Select(i => i.Name).Order(StringComparer.Ordinal));
            Assert.Equal(["a", "m"], union.Inputs.Where(i => i.IsRequired).Select(i => i.Name).Order(StringComparer.Ordinal));
            Assert.Equal((-5m, 10m), (union.Find("a")!.Min, union.Find("a")!.Max));
            Assert.Equal((0m, null), (union.Find("o")!.Min, union.Find("o")!.Max));
            Assert.True(union.Find("o")!.IsWidget);
            Assert.True(union.Find("b")!.IsMultiline);
            Assert.Equal("image", union.Find("f")!.Upload);
            Assert.Equal(["IMAGE", "MASK"], union.Outputs);
            Assert.True(union.IsOutputNode);
        }
    }

    [Fact]
    public void Options_that_differ_in_their_separators_are_one_and_keep_the_first_spelling()
    {
        Assert.Equal(["SDXL\\a.safetensors", "b.safetensors", "c.safetensors", "3"],
            Union(One, Other).Find("m")!.Options.Select(o => o.ToString()));
        Assert.Equal(["SDXL/a.safetensors", "c.safetensors", "3", "b.safetensors"],
            Union(Other, One).Find("m")!.Options.Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("INT", "FLOAT", "FLOAT")]
    [InlineData("STRING", "COMBO", "STRING")]
    [InlineData("IMAGE", "*", "*")]
    [InlineData("IMAGE", "MASK", "IMAGE")]
    public void Types_that_differ_become_the_more_lenient(string one, string other, string union)
    {
        var (a, b) = (Class($$$"""{"input":{"required":{"x":["{{{one}}}",{}]}},"output":["{{{one}}}"]}"""),
            Class($$$"""{"input":{"required":{"x":["{{{other}}}",{"tooltip":"t"}]}},"output":["{{{other}}}"]}"""));
        Assert.Equal([union, union], new[] { Union(a, b), Union(b, a) }.Select(u => u.Find("x")!.Type));
        Assert.All(new[] { Union(a, b), Union(b, a) },
            u => Assert.True(Bypass.Fits(u.Outputs[0], one) && Bypass.Fits(u.Outputs[0], other)));
    }

    private static readonly NodeClass Newer = Class("""
        {"input":{"required":{"a":["INT",{}],
            "mode":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"size","inputs":{"required":{"width":["INT",{"min":16,"max":99}],"crop":["COMBO",{"options":["no","center"]}],"depth":["INT",{}]}}},{"key":"wide","inputs":{"required":{}}}]}],
            "images":["COMFY_AUTOGROW_V3",{"template":{"input":{"required":{"image":["IMAGE",{}]}},"prefix":"image","min":2,"max":4}}],
            "any":["COMFY_MATCHTYPE_V3",{"template":{"template_id":"t","allowed_types":"IMAGE,MASK"}}],"file":[["new.safetensors"]],"z":["INT",{}]}},
         "input_order":{"required":["a","mode","images","any","file","z"]},"output":["COMFY_MATCHTYPE_V3"],"output_matchtypes":["t"],"category":"c"}
        """);

    private static readonly NodeClass Older = Class("""
        {"input":{"required":{"z":["INT",{}],"file":[["old.safetensors"]],"a":["INT",{}],
            "any":["COMFY_MATCHTYPE_V3",{"template":{"template_id":"t","allowed_types":"IMAGE,LATENT"}}],
            "images":["COMFY_AUTOGROW_V3",{"template":{"input":{"required":{"image":["IMAGE",{}]}},"prefix":"image","min":1,"max":8}}],
            "mode":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"size","inputs":{"required":{"width":["INT",{"min":1,"max":50}],"depth":["INT",{}]}}},{"key":"tall","inputs":{"required":{"height":["INT",{}]}}}]}]}},
         "input_order":{"required":["a","mode","images","any","file","z"]},"output":["COMFY_MATCHTYPE_V3"],"output_matchtypes":["t"]}
        """);

    [Fact]
    public void A_union_has_the_choices_groups_and_matches_of_both_in_their_order()
    {
        foreach (var union in new[] { Union(Newer, Older), Union(Older, Newer) })
        {
            Assert.Equal(["a", "mode", "images", "any", "file", "z"], union.Inputs.Select(i => i.Name));
            Assert.Equal(["size", "tall", "wide"], union.Layout.Inputs[1].Choices.Select(c => c.Key).Order(StringComparer.Ordinal));
            var size = union.Layout.Inputs[1].Choice("size")!;
            Assert.Equal(["width+", "crop-", "depth+"], size.Inputs.Select(i => i.Name + (i.IsRequired ? "+" : "-")));
            Assert.Equal((1m, 99m), (union.FindPossible("mode.width").Single().Min, union.FindPossible("mode.width").Single().Max));
            var group = union.Layout.Inputs[2].Group!;
            Assert.Equal((1, 8, "image"), (group.Min, group.Max, group.Prefix));
            Assert.Equal(["IMAGE", "LATENT", "MASK"], union.Find("any")!.Type.Split(',').Order(StringComparer.Ordinal));
            Assert.Equal("t", union.Layout.OutputMatches.Single());
            Assert.Equal("c", union.Source.GetProperty("category").GetString());
            Assert.Equal(["new.safetensors", "old.safetensors"],
                union.Find("file")!.Options.Select(o => o.ToString()).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void An_input_that_one_host_alone_demands_keeps_its_place()
    {
        var (one, other) = (Class("""{"input":{"required":{"a":["INT"],"b":["INT"],"c":["INT"]}},"output":[]}"""),
            Class("""{"input":{"required":{"a":["INT"],"c":["INT"]}},"output":[]}"""));
        Assert.All(new[] { Union(one, other), Union(other, one) },
            u => Assert.Equal(["a+", "b-", "c+"], u.Inputs.Select(i => i.Name + (i.IsRequired ? "+" : "-"))));
    }

    [Fact]
    public void A_plain_combo_of_another_host_is_a_choice_that_brings_nothing()
    {
        var plain = Class("""{"input":{"required":{"mode":[["size","plain"]]}},"output":[]}""");
        Assert.All(new[] { Union(Newer, plain), Union(plain, Newer) }, u =>
        {
            var mode = u.Layout.Inputs.Single(i => i.Name == "mode");
            Assert.Equal(["plain", "size", "wide"], mode.Choices.Select(c => c.Key).Order(StringComparer.Ordinal));
            Assert.Empty(mode.Choice("plain")!.Inputs);
            Assert.Equal(3, mode.Choice("size")!.Inputs.Length);
        });
    }

    [Fact]
    public void A_union_survives_being_stored()
    {
        var union = NodeCatalog.Union([Of(Newer), Of(Older)]);
        var read = NodeCatalog.Read(union.ToJson());
        Assert.Equal(union.Hash, read.Hash);
        Assert.Equal(union.Find("X")!.PossibleInputs.Select(i => i.Name), read.Find("X")!.PossibleInputs.Select(i => i.Name));
    }

    [Fact]
    public void A_graph_is_converted_alike_with_one_host_s_catalog_and_with_that_of_two()
    {
        var graph = JsonElement.Parse("""
            {"nodes":[{"id":1,"type":"X","inputs":[],"outputs":[],"widgets_values":[3,"size",20,"no",5,"new.safetensors",7]}],"links":[],"version":0.4}
            """);
        var other = Class(Newer.Source.GetRawText().Replace("\"new.s", "\"b.safetensors\",\"new.s", StringComparison.Ordinal));
        var merged = NodeCatalog.Union([Of(Newer), Of(other)]);
        var moment = new GraphMoment(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var one = GraphConverter.Convert(graph, Of(Newer), moment).Prompt!.Value;
        Assert.Equal("""{"a":3,"mode":"size","mode.width":20,"mode.crop":"no","mode.depth":5,"file":"new.safetensors","z":7}""",
            one.GetProperty("1").GetProperty("inputs").GetRawText());
        Assert.Equal(one.GetRawText(), GraphConverter.Convert(graph, merged, moment).Prompt!.Value.GetRawText());
    }

    [Fact]
    public void A_class_of_one_host_is_in_the_union() =>
        Assert.True(NodeCatalog.Union([SmallCatalog.Catalog, RichCatalog.Catalog]) is var union && union.Has("Make") && union.Has("Shown"));

    private static NodeClass Union(NodeClass one, NodeClass other) => NodeCatalog.Union([Of(one), Of(other)]).Find("X")!;

    private static NodeCatalog Of(NodeClass nodeClass) =>
        NodeCatalog.Read(Encoding.UTF8.GetBytes($$"""{"X":{{nodeClass.Source.GetRawText()}}}"""));

    private static NodeClass Class(string json) => NodeCatalog.Read(Encoding.UTF8.GetBytes($$"""{"X":{{json}}}""")).Find("X")!;
}

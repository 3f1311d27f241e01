using System.Text;
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

    [Fact]
    public void A_class_of_one_host_is_in_the_union() =>
        Assert.True(NodeCatalog.Union([SmallCatalog.Catalog, RichCatalog.Catalog]) is var union && union.Has("Make") && union.Has("Shown"));

    private static NodeClass Union(NodeClass one, NodeClass other) => NodeCatalog.Union([Of(one), Of(other)]).Find("X")!;

    private static NodeCatalog Of(NodeClass nodeClass) =>
        NodeCatalog.Read(Encoding.UTF8.GetBytes($$"""{"X":{{nodeClass.Source.GetRawText()}}}"""));

    private static NodeClass Class(string json) => NodeCatalog.Read(Encoding.UTF8.GetBytes($$"""{"X":{{json}}}""")).Find("X")!;
}

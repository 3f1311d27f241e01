using System.Text.Json;
using ComfyFunc.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class NodeCatalogTests
{
    [Fact]
    public void A_catalog_reads_back_from_its_json() => Assert.Equal(SmallCatalog.Catalog.Hash, NodeCatalog.Read(SmallCatalog.Catalog.ToJson()).Hash);

    [Fact]
    public void A_part_has_only_what_was_asked_for()
    {
        var part = SmallCatalog.Catalog.Only(["Save", "Make", "Nothing"]);
        Assert.Equal(["Make", "Save"], part.Classes.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.NotEqual(SmallCatalog.Catalog.Hash, part.Hash);
    }

    [Fact]
    public void The_union_offers_what_any_host_offers()
    {
        var other = NodeCatalog.Read("""{"Load":{"input":{"required":{"file":[["b.safetensors","c.safetensors"],{}]}},"output":["MODEL","CLIP"]},"Extra":{"input":{},"output":[]}}"""u8.ToArray());
        var union = NodeCatalog.Union([SmallCatalog.Catalog, other]);

        Assert.Equal(["a.safetensors", "b.safetensors", "c.safetensors"], union.Find("Load")!.Find("file")!.Options.Select(o => o.GetString()));
        Assert.True(union.Has("Extra"));
        Assert.True(union.Has("Sample"));
    }

    [Fact]
    public void The_order_of_inputs_is_the_servers() => Assert.Equal(["model", "clip", "file"], SmallCatalog.Catalog.Find("Lora")!.Inputs.Select(i => i.Name));

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    public void What_is_no_object_is_no_catalog(string text) => Assert.ThrowsAny<JsonException>(() => NodeCatalog.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Odd_entries_do_no_harm()
    {
        var odd = NodeCatalog.Read("""{"A":{"input":{"required":{"x":[],"y":"text","z":[7,{"default":null}]}},"output":[["p","q"],"IMAGE"]},"B":5}"""u8.ToArray());
        Assert.Equal(["COMBO", "IMAGE"], odd.Find("A")!.Outputs);
        Assert.False(odd.Has("B"));
    }
}

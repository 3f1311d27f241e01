using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Workflows;
using static ComfyFunc.Engine.Graphs.PromptDifferenceKind;

namespace ComfyFunc.Tests.Engine.Graphs;

public class PromptDifferencesTests
{
    private static readonly NodeCatalog Catalog = NodeCatalog.Read("""
        {"Make":{"input":{"required":{"size":["INT",{"default":64}],"mode":[["a","b"],{}],"text":["STRING",{}],"images":["IMAGE"],
            "resize":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"by","inputs":{"required":{"width":["INT",{"default":8}]}}}]}]}},
            "output":["IMAGE"]},
         "Load":{"input":{"required":{"image":[["x.png"],{"image_upload":true}],"upload":["STRING",{}]}},"output":["IMAGE"]}}
        """u8.ToArray());

    [Theory]
    [InlineData("""{"size":1}""", """{"size":1}""", null)]
    [InlineData("""{"size":1}""", """{"size":1.0}""", null)]
    [InlineData("""{"size":1,"mode":"a"}""", """{"mode":"a","size":1}""", null)]
    [InlineData("""{"size":1}""", """{"size":2}""", Value)]
    [InlineData("""{"images":["7",0]}""", """{"images":["7",1]}""", Value)]
    [InlineData("""{"size":null}""", """{"size":0}""", Value)]
    [InlineData("""{"size":64}""", "{}", AddedDefault)]
    [InlineData("""{"size":65}""", "{}", OnlyConverted)]
    [InlineData("""{"mode":"a"}""", "{}", AddedDefault)]
    [InlineData("""{"mode":"b"}""", "{}", OnlyConverted)]
    [InlineData("""{"text":""}""", "{}", AddedDefault)]
    [InlineData("""{"images":["7",0]}""", "{}", OnlyConverted)]
    [InlineData("""{"images":""}""", "{}", OnlyConverted)] // A socket has no default.
    [InlineData("""{"resize":"by","resize.width":8}""", """{"resize":"by"}""", AddedDefault)]
    [InlineData("""{"resize":"by","resize.width":9}""", """{"resize":"by"}""", OnlyConverted)]
    [InlineData("""{"resize":"no","resize.width":8}""", """{"resize":"no"}""", OnlyConverted)]
    [InlineData("""{"odd":0}""", "{}", OnlyConverted)]
    [InlineData("{}", """{"size":64}""", OnlyGiven)]
    [InlineData("{}", """{"upload":"image"}""", null)]
    [InlineData("{}", """{"choose file to upload":"image"}""", null)]
    [InlineData("""{"upload":"a"}""", """{"upload":"image"}""", Value)]
    public void Inputs_differ_as_they_say(string converted, string given, PromptDifferenceKind? kind)
    {
        var found = Between(Node("Make", converted), Node("Make", given));

        Assert.Equal(kind is null ? [] : [kind.Value], found.Listed.Select(d => d.Kind));
        Assert.Equal(kind is null or AddedDefault, found.Agree);
        Assert.All(found.Listed, d => Assert.Equal(("1", "Make"), (d.Node, d.Title)));
    }

    [Fact]
    public void An_upload_that_the_class_has_is_no_button() =>
        Assert.Equal([OnlyGiven], Between(Node("Load", "{}"), Node("Load", """{"upload":"a"}""")).Listed.Select(d => d.Kind));

    [Fact]
    public void Nodes_and_classes_differ_and_defaults_come_last()
    {
        var found = Between(
            """
            {"1":{"class_type":"Make","inputs":{"size":64}},"2":{"class_type":"Load","inputs":{},"_meta":{"title":"mine"}},
             "4":{"class_type":"Load","inputs":{}}}
            """,
            """
            {"4":{"class_type":"Load","inputs":{},"_meta":{"title":"other"}},"3":{"class_type":"Load"},"2":{"class_type":"Make"},
             "1":{"class_type":"Make","inputs":{}}}
            """);

        Assert.Equal([(Value, "2", "mine", null), (OnlyGiven, "3", "Load", null), (AddedDefault, "1", "Make", (string?)"size")],
            found.Listed.Select(d => (d.Kind, d.Node, d.Title, d.Input)));
        Assert.False(found.Agree);
        Assert.Equal("The graph gives a node of class \"Load\", and the prompt beside it one of class \"Make\".", found.Listed[0].Message);
        Assert.Equal([(OnlyConverted, "9")], Between("""{"9":{"class_type":"Load"}}""", "{}").Listed.Select(d => (d.Kind, d.Node)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"1":null}""")]
    [InlineData("""{"1":{"class_type":7,"inputs":[]}}""")]
    [InlineData("""{"1":{"class_type":"Make","inputs":"x"}}""")]
    public void Whatever_came_along_is_compared(string given) => Assert.False(Between(Node("Make", """{"size":1}"""), given).Agree);

    [Fact]
    public void What_is_not_listed_is_counted_and_no_default_hides_a_difference()
    {
        var found = Between(Nodes(700, """{"size":64}"""), Nodes(700, "{}"));
        Assert.Equal((500, 200, true), (found.Listed.Length, found.Left, found.Agree));

        var other = Between(Nodes(700, """{"size":64}"""), Nodes(699, "{}"));
        Assert.False(other.Agree);
        Assert.Equal((OnlyConverted, "699"), (other.Listed[0].Kind, other.Listed[0].Node));
    }

    private static PromptDifferences Between(string converted, string given) =>
        PromptDifferences.Between(JsonElement.Parse(converted), JsonElement.Parse(given), Catalog);

    private static string Node(string type, string inputs) => $$$"""{"1":{"class_type":"{{{type}}}","inputs":{{{inputs}}}}}""";

    private static string Nodes(int count, string inputs) =>
        "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{i}\":{Node("Make", inputs)[5..^1]}")) + "}";
}

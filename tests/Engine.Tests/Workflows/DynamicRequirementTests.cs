using System.Text;
using System.Text.Json;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

/// <summary>Which hosts can execute a prompt whose inputs depend on choices.</summary>
public class DynamicRequirementTests
{
    private const string Size = """{"input":["make",0],"method":"area","mode":"size","mode.width":64,"mode.crop":"no"}""";

    // Each row: what another host has in the place of a text of the catalog, and what it lacks then.
    [Theory]
    [InlineData("\"default\":512", "\"default\":64", null)]
    [InlineData("\"key\":\"size\"", "\"key\":\"dimensions\"", "'size' for Resize.mode")]
    [InlineData("\"key\":\"factor\"", "\"key\":\"by\"", null)]
    [InlineData("[\"no\",\"center\"]", "[\"yes\"]", "'no' for Resize.mode.crop")]
    [InlineData("\"min\":16,\"max\":1024", "\"min\":100,\"max\":1024", "64 for Resize.mode.width")]
    [InlineData("\"crop\":[\"COMBO\"", "\"depth\":[\"INT\",{}],\"crop\":[\"COMBO\"", "input mode.depth of Resize")]
    [InlineData("\"by\":[\"FLOAT\"", "\"depth\":[\"INT\",{}],\"by\":[\"FLOAT\"", null)]
    [InlineData("\"crop\":[\"COMBO\"", "\"cut\":[\"COMBO\"", "input mode.cut of Resize")]
    public void A_host_is_looked_at_by_the_choices_that_are_made(string text, string other, string? lacks)
    {
        var host = NodeCatalog.Read(Encoding.UTF8.GetBytes(DynamicCatalog.Json.Replace(text, other, StringComparison.Ordinal)));
        Assert.Equal(lacks is null ? [] : [lacks], Needs("Resize", Size, "{}").MissingOn(host));
    }

    [Fact]
    public void What_a_call_chooses_is_what_a_host_must_have()
    {
        var host = NodeCatalog.Read(Encoding.UTF8.GetBytes(
            DynamicCatalog.Json.Replace("\"key\":\"factor\"", "\"key\":\"by\"", StringComparison.Ordinal)));
        Assert.Empty(Needs("Resize", Size, "{}").MissingOn(host));
        Assert.Equal(["'factor' for Resize.mode"], Needs("Resize", Size, """{"r":{"mode":"factor"}}""").MissingOn(host));
    }

    [Fact]
    public void A_host_may_want_more_of_a_group()
    {
        var host = NodeCatalog.Read(Encoding.UTF8.GetBytes(DynamicCatalog.Json.Replace("\"min\":2", "\"min\":3", StringComparison.Ordinal)));
        const string Two = """{"images.image0":["make",0],"images.image1":["make",0]}""";
        Assert.Equal(["input images.image2 of Batch"], Needs("Batch", Two, "{}").MissingOn(host));
        Assert.Empty(Needs("Batch", Two, "{}").MissingOn(DynamicCatalog.Catalog));
    }

    [Fact]
    public void A_file_of_a_choice_is_spelled_as_the_host_has_it()
    {
        NodeCatalog Host(string file) => NodeCatalog.Read(Encoding.UTF8.GetBytes(
            DynamicCatalog.Json.Replace("\"options\":[]", $"\"options\":[\"{file}\"]", StringComparison.Ordinal)));
        var workflow = Workflow.Load(
            DynamicCatalog.Prompt("Resize", """{"input":["make",0],"method":"area","mode":"file","mode.model":"a/b.safetensors"}"""),
            Host("a/b.safetensors"));
        var spelled = PromptSpelling.For(Host("a\\\\b.safetensors"), workflow.Nodes).Single(n => n.Id == "n");
        Assert.Equal("a\\b.safetensors", spelled.Find("mode.model")!.Value.GetString());
    }

    [Fact]
    public void Staged_files_of_a_choice_are_no_part_of_a_catalog()
    {
        NodeCatalog Host(string files) => NodeCatalog.Read(Encoding.UTF8.GetBytes("""
            {"X":{"input":{"required":{"source":["COMFY_DYNAMICCOMBO_V3",{"options":[{"key":"file","inputs":{"required":{"image":["COMBO",{"image_upload":true,"options":[FILES]}]}}}]}]}},"output":[]}}
            """.Replace("FILES", files, StringComparison.Ordinal)));
        Assert.Equal(Host("\"a.png\"").Hash, Host("\"a.png\",\"comfyfunc/1.png\"").Hash);
    }

    private static Requirements Needs(string nodeClass, string inputs, string body)
    {
        var workflow = DynamicCatalog.Read(DynamicCatalog.Prompt(nodeClass, inputs, "[r]"));
        var values = Assert.IsType<Binding.Valid>(ValueBinder.Bind(workflow, JsonElement.Parse(body), new())).Values;
        return PromptCompiler.Compile(workflow, values, [], [], CompileOptions.Plain).Requirements;
    }
}

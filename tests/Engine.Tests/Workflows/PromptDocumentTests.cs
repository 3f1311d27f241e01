using System.Text.Json;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class PromptDocumentTests
{
    private const string Nodes = """{"1":{"class_type":"Save","inputs":{"images":["7",0],"prefix":"p"}}}""";

    [Theory]
    [InlineData("NODES", "")]
    [InlineData("""{"prompt":NODES}""", "/prompt")]
    [InlineData("""{"prompt":NODES,"client_id":"x","extra_data":{}}""", "/prompt")]
    [InlineData("""{"workflow":NODES}""", "/workflow")]
    [InlineData("""{"input":{"workflow":NODES}}""", "/input/workflow")]
    [InlineData("""{"input":{"prompt":NODES,"images":[]}}""", "/input/prompt")]
    [InlineData("""{"input":NODES}""", "/input")]
    [InlineData("""{"output":NODES,"workflow":{"nodes":[],"links":[]}}""", "/output")]
    [InlineData("""{"3f2-9":{"prompt":[4,"3f2-9",NODES,{},["1"]],"outputs":{},"status":{}}}""", "/3f2-9/prompt/2")]
    [InlineData("""{"prompt":[4,"3f2-9",NODES,{},["1"]],"outputs":{}}""", "/prompt/2")]
    public void A_prompt_is_found_in_its_wrapper_and_pointed_into(string body, string pointer)
    {
        var whole = body.Replace("NODES", Nodes, StringComparison.Ordinal);
        var (document, fault) = PromptDocument.Read(JsonElement.Parse(whole));
        Assert.Null(fault);
        Assert.Equal((pointer, pointer.Length == 0), (document!.Pointer, document.Envelope is null));
        Assert.Equal([$"{pointer}/1/inputs/images"], SmallCatalog.Faults(whole));
    }

    [Theory]
    [InlineData("[]", "", "JSON object of nodes")]
    [InlineData("{}", "", "empty object")]
    [InlineData("""{"nodes":[],"links":[]}""", "", "Export (API)")]
    [InlineData("""{"workflow":{"nodes":[],"links":[]}}""", "/workflow", "Export (API)")]
    [InlineData("""{"input":{"workflow":{"nodes":[]}}}""", "/input/workflow", "Export (API)")]
    [InlineData("""{"prompt":"{\"1\":{}}"}""", "/prompt", "JSON in a string")]
    [InlineData("""{"input":{"image":"a"}}""", "", "request of another service")]
    [InlineData("""{"KSampler":{"input":{},"output":[],"output_node":false}}""", "", "/object_info")]
    [InlineData("""{"a":{"prompt":[1,"a",{}]},"b":{"prompt":[1,"b",{}]}}""", "", "several prompts")]
    [InlineData("""{"id":"x","status":"COMPLETED"}""", "", "answer of a job")]
    [InlineData("""{"color":"red","size":3}""", "", "members color, size")]
    public void What_holds_no_prompt_is_named(string body, string pointer, string words)
    {
        var fault = Assert.Single(Assert.IsType<WorkflowCheck.Invalid>(SmallCatalog.Check(body)).Faults);
        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_point_into_what_was_sent() => Assert.All(
        RichCatalog.Valid($$$"""{"input":{"workflow":{{{RichCatalog.Prompt(""" "7":{"class_type":"Word","inputs":{}} """)}}}}}""").Warnings,
        w => Assert.StartsWith("/input/workflow/", w.Pointer, StringComparison.Ordinal));
}

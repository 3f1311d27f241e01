using System.Text.Json;
using ComfyFunc.Engine.Graphs;

namespace ComfyFunc.Tests.Engine.Graphs;

public class SavedDocumentTests
{
    private const string Graph = """{"nodes":[{"id":1,"type":"Save"}],"links":[]}""";
    private const string Prompt = """{"1":{"class_type":"Save","inputs":{}}}""";

    /// <summary>Each with where the graph is, and where the prompt; - for nowhere.</summary>
    [Theory]
    [InlineData("GRAPH", "", "-")]
    [InlineData("PROMPT", "-", "")]
    [InlineData("""{"workflow":GRAPH}""", "/workflow", "-")]
    [InlineData("""{"workflow":PROMPT}""", "-", "/workflow")]
    [InlineData("""{"prompt":GRAPH}""", "/prompt", "-")]
    [InlineData("""{"workflow":GRAPH,"prompt":PROMPT}""", "/workflow", "/prompt")]
    [InlineData("""{"output":PROMPT,"workflow":GRAPH}""", "/workflow", "/output")]
    [InlineData("""{"output":{},"workflow":GRAPH}""", "/workflow", "-")]
    [InlineData("""{"prompt":null,"workflow":GRAPH,"requires":{}}""", "/workflow", "-")]
    [InlineData("""{"input":{"workflow":GRAPH}}""", "/input/workflow", "-")]
    [InlineData("""{"input":{"workflow":GRAPH,"prompt":PROMPT}}""", "/input/workflow", "/input/prompt")]
    [InlineData("""{"prompt":PROMPT,"extra_data":{"extra_pnginfo":{"workflow":GRAPH}}}""", "/extra_data/extra_pnginfo/workflow", "/prompt")]
    [InlineData("""{"x":{"prompt":[4,"x",PROMPT,{"extra_pnginfo":{"workflow":GRAPH}},[]],"outputs":{}}}""",
        "/x/prompt/3/extra_pnginfo/workflow", "/x/prompt/2")]
    [InlineData("""{"prompt":PROMPT,"workflow":"{}"}""", "-", "/prompt")]
    [InlineData("""{"prompt":PROMPT,"workflow":PROMPT}""", "-", "/prompt")]
    public void Graph_and_prompt_are_found_in_their_wrapper(string body, string graph, string prompt)
    {
        var root = JsonElement.Parse(body.Replace("GRAPH", Graph, StringComparison.Ordinal).Replace("PROMPT", Prompt,
            StringComparison.Ordinal));
        var (document, fault) = SavedDocument.Read(root);

        Assert.Null(fault);
        Assert.Equal((graph, prompt), (document!.Graph is null ? "-" : document.GraphPointer,
            document.Prompt is null ? "-" : document.PromptPointer));
        Assert.Equal(graph.Length > 0 && prompt.Length > 0, document.Envelope is not null);
        Assert.Equal(document.Graph is null ? null : Graph, document.Graph?.GetRawText());
        Assert.Equal(document.Prompt is null ? null : Prompt, document.Prompt?.GetRawText());
    }

    [Theory]
    [InlineData("""{"prompt":"{}","workflow":GRAPH}""", "/prompt", "JSON in a string")]
    [InlineData("""{"workflow":"{}"}""", "/workflow", "JSON in a string")]
    [InlineData("""{"a":1}""", "", "the member a")]
    [InlineData("7", "", "JSON object")]
    public void What_cannot_be_read_as_it_was_meant_is_refused(string body, string pointer, string words)
    {
        var (document, fault) = SavedDocument.Read(JsonElement.Parse(body.Replace("GRAPH", Graph, StringComparison.Ordinal)));

        Assert.Null(document);
        Assert.Equal(pointer, fault!.Pointer);
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }
}

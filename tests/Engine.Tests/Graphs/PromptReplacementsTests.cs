using System.Text.Json;
using ComfyFunc.Engine.Graphs;

namespace ComfyFunc.Tests.Engine.Graphs;

public sealed class PromptReplacementsTests
{
    private const string Replacements = """
        {"OldMake":[{"new_node_id":"Nowhere"},{"new_node_id":"Make","input_mapping":[{"new_id":"width","old_id":"w"},{"new_id":"height","set_value":9}],
          "output_mapping":[{"old_idx":1,"new_idx":0}]}],
         "Maek":[{"new_node_id":"Make","input_mapping":null,"output_mapping":null}],
         "Make":[{"new_node_id":"SaveImage"}]}
        """;

    [Theory]
    [InlineData("""{"1":{"class_type":"OldMake","inputs":{"w":7,"h":8},"_meta":{"title":"x"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",1]}}}""",
        """{"1":{"class_type":"Make","inputs":{"width":7,"height":9},"_meta":{"title":"x"}},"2":{"class_type":"SaveImage","inputs":{"images":["1",0]}}}""")]
    [InlineData("""{"1":{"class_type":"Maek","inputs":{"width":7,"height":8}}}""", """{"1":{"class_type":"Make","inputs":{"width":7,"height":8}}}""")]
    [InlineData("""{"1":{"class_type":"OldMake","inputs":{}}}""", """{"1":{"class_type":"Make","inputs":{"height":9}}}""")]
    public void A_class_that_is_gone_is_replaced_and_told(string prompt, string expected)
    {
        var (made, report) = PromptReplacements.Apply(JsonElement.Parse(prompt), GraphGoldens.Catalog, JsonElement.Parse(Replacements));

        Assert.Equal(expected, made.GetRawText());
        var finding = Assert.Single(report);
        Assert.Equal(("A6", "1", "/1", GraphSeverity.Note), (finding.Rule, finding.Node, finding.Pointer, finding.Severity));
    }

    [Theory]
    [InlineData("""{"1":{"class_type":"Make","inputs":{"width":7}}}""")]
    [InlineData("""{"1":{"class_type":"NoSuch","inputs":{"width":7}}}""")]
    [InlineData("""{"1":7,"2":{"class_type":9},"3":{"inputs":[]}}""")]
    public void Others_stay_as_they_are(string prompt)
    {
        var (made, report) = PromptReplacements.Apply(JsonElement.Parse(prompt), GraphGoldens.Catalog, JsonElement.Parse(Replacements));

        Assert.Equal(prompt, made.GetRawText());
        Assert.Empty(report);
    }
}

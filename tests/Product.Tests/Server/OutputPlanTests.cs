using System.Collections.Immutable;
using ComfyFunc.Adapters.Comfy;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Server.Runs;

namespace ComfyFunc.Tests.Server;

public class OutputPlanTests
{
    private static readonly ImmutableArray<NodeOutput> Outputs =
    [
        new("7", null, [File("preview.png", "temp"), File("kept.png", "output"), new OutputText("words", "text")]),
        new("4", null, [File("a.png", "output"), File("b.png", "temp")]),
        new("5.0.1", "5", [File("inner.mp4", "output")]),
    ];

    [Fact]
    public void What_untagged_nodes_save_comes_back_and_what_they_show_does_not() => Assert.Equal(
        ["p 4 0 a.png", "p 4 1 b.png", "untagged 7 1 kept.png", "untagged 5.0.1 0 inner.mp4"],
        Plan(new OutputTag("p", ["4"]), new OutputTag(OutputTag.Untagged, ["7"]) { IsSavedOnly = true }));

    [Fact]
    public void A_node_that_expanded_answers_under_the_tag_of_what_stood_for_it() =>
        Assert.Contains("v 5.0.1 0 inner.mp4", Plan(new OutputTag("v", ["5"])));

    [Fact]
    public void Without_tags_every_output_node_returns_all() => Assert.Equal(
        ["4 4 0 a.png", "4 4 1 b.png", "7 7 0 preview.png", "7 7 1 kept.png", "7 7 2 words", "5 5.0.1 0 inner.mp4"],
        Plan(new OutputTag("4", ["4"]), new OutputTag("7", ["7"]), new OutputTag("5", ["5"])));

    private static IEnumerable<string> Plan(params ImmutableArray<OutputTag> tags) =>
        OutputPlan.Of(tags, Outputs)
        .Select(o => $"{o.Tag} {o.Node} {o.Index} {(o.Item is OutputFile file ? file.FileName : ((OutputText)o.Item).Text)}");

    private static OutputFile File(string name, string folder) => new(name, "", folder, "images", false);
}

using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Graphs;

/// <summary>The control behind a seed says whether runs draw it: what callers cannot set stays where its author fixed it.</summary>
public sealed class FixedSeedTests
{
    [Theory]
    [InlineData("\"fixed\"", SeedOrigin.Saved)]
    [InlineData("false", SeedOrigin.Saved)]
    [InlineData("\"randomize\"", SeedOrigin.Drawn)]
    [InlineData("\"increment\"", SeedOrigin.Drawn)]
    [InlineData("true", SeedOrigin.Drawn)]
    public void A_control_of_the_node_itself(string mark, SeedOrigin origin) =>
        Assert.Equal(origin, OriginOf($$"""{"id":1,"type":"KSampler","widgets_values":[7,{{mark}},2,8,"euler"]}""", ""));

    [Theory]
    [InlineData("fixed", SeedOrigin.Saved)]
    [InlineData("randomize", SeedOrigin.Drawn)]
    public void A_control_of_the_primitive_that_feeds_it(string mark, SeedOrigin origin) =>
        Assert.Equal(origin, OriginOf(
            $$"""
            {"id":2,"type":"PrimitiveNode","outputs":[{"name":"INT","type":"INT","links":[1]}],"widgets_values":[7,"{{mark}}"]},
            {"id":1,"type":"KSampler","inputs":[{"name":"seed","type":"INT","link":1,"widget":{"name":"seed"} }],"widgets_values":[7,"fixed",2,8,"euler"]}
            """,
            """[1,2,0,1,0,"INT"]"""));

    private static SeedOrigin OriginOf(string nodes, string links)
    {
        var conversion = GraphConverter.Convert(JsonElement.Parse($$"""{"nodes":[{{nodes}}],"links":[{{links}}]}"""), GraphGoldens.Catalog);
        var workflow = Workflow.Load(PromptNotes.Write(conversion.Prompt!.Value, conversion), GraphGoldens.Catalog);
        return Assert.Single(SeedPlan.Of(workflow, CallValues.None, HiddenSeeds.Auto)).Origin;
    }
}

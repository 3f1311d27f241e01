using System.Text.Json;
using ComfyFunc.Engine.Graphs;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Engine.Workflows;
using ComfyFunc.Tests.Engine.Graphs;

namespace ComfyFunc.Tests.Engine.Prompts;

public sealed class RunTextsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Each_run_draws_its_own_choices()
    {
        var drawn = Enumerable.Range(0, 60).Select(i => TextOf("a {red|green|blue} ball // shiny", $"{i}")).Distinct().Order();

        Assert.Equal(["a blue ball ", "a green ball ", "a red ball "], drawn);
    }

    [Fact]
    public void The_same_seeds_draw_the_same() =>
        Assert.Single(Enumerable.Range(0, 20).Select(_ => TextOf("{a|b|c|d} {a|b|c|d} {a|b|c|d}", "7")).Distinct());

    [Fact]
    public void The_date_of_the_run_is_put_in() => Assert.Equal("2026-01/x", PrefixOf("%date:yyyy-MM%/x"));

    [Fact]
    public void What_a_call_sets_is_sent_as_it_is()
    {
        var values = new CallValues { Assignments = [new() { Node = "1", Input = "text", Value = JsonElement.Parse("\"{a|b}\"") }] };

        Assert.DoesNotContain(RunTexts.Of(Read("{a|b}", "p"), values, Now, "1"), a => a.Node == "1");
    }

    [Fact]
    public void A_node_that_the_call_bypasses_gets_none() =>
        Assert.Empty(RunTexts.Of(Read("{a|b}", "p"), new CallValues { Bypassed = ["1"] }, Now, "1"));

    [Fact]
    public void Texts_without_choices_are_left_alone() => Assert.Empty(RunTexts.Of(Read("a ball", "p"), CallValues.None, Now, "1"));

    private static string? TextOf(string text, string dice) =>
        RunTexts.Of(Read(text, "p"), CallValues.None, Now, dice).Single().Value!.Value.GetString();

    private static string? PrefixOf(string prefix) =>
        RunTexts.Of(Read("x", prefix), CallValues.None, Now, "").Single(a => a.Input == "filename_prefix").Value!.Value.GetString();

    // Converted for runs to come, so that the texts are as they were saved.
    private static Workflow Read(string text, string prefix)
    {
        var conversion = GraphConverter.Convert(
            JsonSerializer.SerializeToElement(new
            {
                nodes = new object[]
                {
                    new { id = 1, type = "Text", widgets_values = new[] { text }, outputs = new[] { new { name = "C", type = "CONDITIONING", links = new[] { 1 } } } },
                    new { id = 2, type = "Show", inputs = new[] { new { name = "source", type = "*", link = 1 } } },
                    new { id = 3, type = "SaveImage", widgets_values = new[] { prefix }, inputs = new[] { new { name = "images", type = "IMAGE", link = 2 } } },
                    new { id = 4, type = "Make", widgets_values = new[] { 1, 1 }, outputs = new[] { new { name = "I", type = "IMAGE", links = new[] { 2 } } } },
                },
                links = new object[] { new object[] { 1, 1, 0, 2, 0, "*" }, new object[] { 2, 4, 0, 3, 0, "IMAGE" } },
            }),
            GraphGoldens.Catalog);
        return Workflow.Load(PromptNotes.Write(conversion.Prompt!.Value, conversion), GraphGoldens.Catalog);
    }
}

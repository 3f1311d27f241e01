using System.Text.Json;
using ComfyFunc.Adapters.Comfy;

namespace ComfyFunc.Tests.Adapters.Comfy;

public sealed class WatchedPromptTests
{
    [Fact]
    public void Nodes_that_are_kept_for_others_are_not_counted()
    {
        var prompt = new WatchedPrompt(2, null, 0);
        var start = prompt.Cached([.. Enumerable.Range(0, 11).Select(n => $"comfyfunc:cache:{n}")]);

        Assert.Equal((0, 0, 2), (start.Value, start.NodesDone, start.NodesTotal));
        Assert.Null(prompt.Executing("comfyfunc:cache:1").Node);
        prompt.Executing("1");
        Assert.Equal((0.5, 1, 2), Of(prompt.Executing("2")));
    }

    [Fact]
    public void Nodes_from_the_cache_are_done_and_the_value_is_of_what_executes()
    {
        var prompt = new WatchedPrompt(6, null, 0);
        Assert.Equal((0, 4, 6), Of(prompt.Cached(["1", "2", "3", "4"])));
        Assert.Equal((0.25, 4, 6), Of(prompt.Step("5", 5, 10)));
        Assert.Equal((0.5, 5, 6), Of(prompt.Executing("6")));
        Assert.Equal((1, 6, 6), Of(prompt.States(JsonElement.Parse("""{"6":{"value":1,"max":1,"state":"finished"}}"""))));
    }

    [Fact]
    public void A_prompt_that_is_cached_as_a_whole_is_done() =>
        Assert.Equal((1, 2, 2), Of(new WatchedPrompt(2, null, 0).Cached(["1", "2"])));

    [Fact]
    public void The_value_never_falls()
    {
        var prompt = new WatchedPrompt(2, null, 0);
        Assert.Equal(0.5, prompt.Step("1", 10, 10).Value);
        Assert.Equal(0.5, prompt.Step("1", 1, 10).Value); // It counts anew, as upscalers do.
        Assert.Equal(0.5,
            prompt.States(
                JsonElement.Parse(
                    """{"1.0.0.1":{"value":0,"max":1,"state":"running"},"1.0.0.2":{"value":0,"max":1,"state":"running"}}""")).Value);
    }

    [Fact]
    public void A_prompt_of_unknown_size_is_never_done_before_its_end()
    {
        var prompt = new WatchedPrompt(0, null, 0);
        prompt.Executing("1");
        Assert.InRange(prompt.Executing("2").Value, 0.1, 0.9);
    }

    [Theory]
    [InlineData(1e300, 1e-300)]
    [InlineData(-5, 10)]
    [InlineData(3e9, 4e9)]
    public void Steps_of_any_size_are_numbers(double done, double max)
    {
        var progress = new WatchedPrompt(1, null, 0).Step("1", done, max);
        Assert.InRange(progress.Value, 0, 1);
        Assert.True(progress is { Step: >= 0, Steps: >= 0 });
    }

    private static (double, int, int) Of(PromptProgress p) => (p.Value, p.NodesDone, p.NodesTotal);
}

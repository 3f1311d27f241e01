using System.Text.Json;
using ComfyFunc.Engine;
using ComfyFunc.Engine.Prompts;
using ComfyFunc.Server.Workflows;

namespace ComfyFunc.Tests.Server;

public class WorkflowSettingsTests
{
    [Theory]
    [InlineData("""{"hiddenSeeds":"saved"}""", HiddenSeeds.Saved)]
    [InlineData("""{"hiddenSeeds":"Random"}""", HiddenSeeds.Random)]
    [InlineData("""{"hiddenSeeds":"auto","finishWithin":9}""", HiddenSeeds.Auto)]
    [InlineData("""{"hiddenSeeds":null,"startWithin":null,"finishWithin":9,"stripMetadata":null}""", HiddenSeeds.Auto)]
    public void Hidden_seeds_are_treated_as_the_author_says(string settings, HiddenSeeds hidden)
    {
        var (read, faults) = Read(settings);
        Assert.Empty(faults);
        Assert.Equal(hidden, (read ?? new()).HiddenSeeds);
    }

    [Theory]
    [InlineData("""{"hiddenSeeds":"sometimes"}""", "/settings/hiddenSeeds")]
    [InlineData("""{"hiddenSeeds":1}""", "/settings/hiddenSeeds")]
    [InlineData("""{"hiddenSeed":null}""", "/settings/hiddenSeed")]
    public void What_is_no_setting_is_refused(string settings, string pointer) =>
        Assert.Equal(pointer, Assert.Single(Read(settings).Faults).Pointer);

    // Entity tags are made of the text.
    [Fact]
    public void Settings_that_were_stored_before_read_as_they_did() =>
        Assert.Equal("WorkflowSettings { StartWithin = , FinishWithin = 00:10:00, StripMetadata = True }",
            new WorkflowSettings(FinishWithin: TimeSpan.FromMinutes(10), StripMetadata: true).ToString());

    [Fact]
    public void Settings_that_differ_read_differently() =>
        Assert.NotEqual(new WorkflowSettings(StripMetadata: true).ToString(),
            new WorkflowSettings(StripMetadata: true, HiddenSeeds: HiddenSeeds.Saved).ToString());

    private static (WorkflowSettings? Settings, System.Collections.Immutable.ImmutableArray<Fault> Faults) Read(string settings) =>
        WorkflowSettings.Read(JsonElement.Parse($$$"""{"settings":{{{settings}}}}"""));
}

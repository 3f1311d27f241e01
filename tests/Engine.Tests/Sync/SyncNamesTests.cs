using ComfyFunc.Engine.Sync;

namespace ComfyFunc.Tests.Engine.Sync;

public class SyncNamesTests
{
    private static readonly DateTimeOffset Afternoon = new(2026, 11, 29, 16, 4, 59, TimeSpan.FromHours(1));

    [Theory]
    [InlineData(1, "txt2img (edited on gpu-1 2026-11-29 15.04).json")]
    [InlineData(2, "txt2img (edited on gpu-1 2026-11-29 15.04, 2).json")]
    public void A_copy_says_where_and_when_it_was_edited(int @try, string name) =>
        Assert.Equal(name, SyncNames.CopyOf("txt2img", new("gpu-1"), Afternoon, @try));

    [Fact]
    public void A_copy_has_a_name_that_every_system_allows() =>
        Assert.DoesNotContain(SyncNames.CopyOf("a", new("b"), Afternoon, 3), c => c is ':' or '\\' or '/' or '*' or '?' or '"' or '<' or '>' or '|');

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(6, 160)]
    [InlineData(7, 300)]
    [InlineData(1000, 300)]
    public void A_host_that_fails_again_is_left_alone_for_longer(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SyncPatience.After(failures));
}

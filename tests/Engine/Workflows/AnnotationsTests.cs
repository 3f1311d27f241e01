using ComfyFunc.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class AnnotationsTests
{
    [Theory]
    [InlineData("KSampler [my sampler]", "my sampler", null)]
    [InlineData("[ my sampler : seed , steps ]", "my sampler", "seed,steps")]
    [InlineData("[tag:]", "tag", "")]
    [InlineData("Prompt $text", "text", null)]
    [InlineData("Prompt $text(a, b)", "text", "a,b")]
    [InlineData("$text()", "text", "")]
    [InlineData("Save #picture", "picture", "")]
    public void A_tag_is_read_in_every_dialect(string title, string name, string? inputs)
    {
        var tag = Assert.Single(Annotations.Parse(title).Tags);
        Assert.Equal((name, inputs), (tag.Name, tag.Inputs is { } listed ? string.Join(",", listed) : null));
    }

    [Theory]
    [InlineData("A [!bypass] node", true, false)]
    [InlineData("[!CACHE] [! bypass]", true, true)]
    [InlineData("Load !cache", false, true)]
    [InlineData("wow!bypass", false, false)]
    [InlineData("Price $5, image #1", false, false)]
    public void Marks_are_whole_words(string title, bool bypass, bool cache)
    {
        var read = Annotations.Parse(title);
        Assert.Equal((bypass, cache), (read.Bypass, read.Cache));
        Assert.Empty(read.Tags);
    }

    [Fact]
    public void A_title_may_have_several() => Assert.Equal(["a", "b"], Annotations.Parse("x [a] y [b:c] [!cache]").Tags.Select(t => t.Name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[ : a]")]
    public void Nothing_is_nothing(string? title) => Assert.Empty(Annotations.Parse(title).Tags);
}

using ComfyFunc.Engine.Workflows;

namespace ComfyFunc.Tests.Engine.Workflows;

public class AnnotationsTests
{
    [Theory]
    [InlineData("KSampler [my sampler]", "my sampler", null)]
    [InlineData("[ my sampler : seed , steps ]", "my sampler", "seed,steps")]
    [InlineData("[tag:]", "tag", "")]
    [InlineData("[clip:video=file,cap]", "clip", "video=file,cap")]
    [InlineData("[clip: video = Image ]", "clip", "video=image")]
    [InlineData("Prompt $text", "text", null)]
    [InlineData("Prompt $text(a, b)", "text", "a,b")]
    [InlineData("$text()", "text", "")]
    [InlineData("Save #picture", "picture", "")]
    [InlineData("[a/b\\\\c %2F 🎨]", "a/b\\\\c %2F 🎨", null)]
    public void A_tag_is_read_in_every_dialect(string title, string name, string? inputs)
    {
        var tag = Assert.Single(Annotations.Parse(title).Tags);
        Assert.Equal((name, inputs),
            (tag.Name, tag.Inputs is { } listed
                ? string.Join(",", listed.Select(l => l.Kind is null ? l.Name : $"{l.Name}={l.Kind}")) : null));
    }

    [Theory]
    [InlineData("[tag!]", null, true)]
    [InlineData("[tag !: a]", "a", true)]
    [InlineData("[tag]", null, false)]
    public void A_mark_names_the_outputs_too(string title, string? input, bool isMarked)
    {
        var tag = Assert.Single(Annotations.Parse(title).Tags);
        Assert.Equal(("tag", input, isMarked), (tag.Name, tag.Inputs?[0].Name, tag.IsMarked));
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
    public void A_title_may_have_several() =>
        Assert.Equal(["a", "b"], Annotations.Parse("x [a] y [b:c] [!cache]").Tags.Select(t => t.Name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[ : a]")]
    [InlineData("[!]")]
    public void Nothing_is_nothing(string? title) => Assert.Empty(Annotations.Parse(title).Tags);

    [Theory]
    [InlineData("Old Preview [DEPRECATED, DO NOT USE]", null)]
    [InlineData("x [Deprecated]", null)]
    [InlineData("x [do not use]", null)]
    [InlineData("x [Legacy v1]", null)]
    [InlineData("x [BETA]", null)]
    [InlineData("x [WIP]", null)]
    [InlineData("Combine Hooks [2]", "Combine Hooks [2]")]
    [InlineData("Flux.1 Kontext [pro] Image", "Flux.1 Kontext [pro] Image")]
    [InlineData("Loader [LP]", "Load an image [lp]")]
    public void Brackets_of_a_pack_are_no_tags(string title, string? own)
    {
        var read = Annotations.Parse(title, own);
        Assert.Empty(read.Tags);
        Assert.Single(read.Ignored);
    }

    [Theory]
    [InlineData("x [beta]")]
    [InlineData("x [alpha]")]
    [InlineData("x [new]")]
    [InlineData("x [preview]")]
    [InlineData("x [brokenness]")]
    [InlineData("x [experimental_sampler]")]
    [InlineData("x [legacy:seed]")]
    public void What_authors_name_things_by_stays_a_tag(string title) => Assert.Single(Annotations.Parse(title, "Something else").Tags);

    [Theory]
    [InlineData("[!bypas]")]
    [InlineData("[!chache]")]
    [InlineData("Load !bypas")]
    [InlineData("Load!bypass")]
    [InlineData("Load$tag")]
    [InlineData("$tag,")]
    [InlineData("Load [tag")]
    [InlineData("Load tag]")]
    [InlineData("[a, b]")]
    [InlineData("[]")]
    public void What_looks_like_an_annotation_and_is_none_is_told(string title) =>
        Assert.NotEmpty(Annotations.Parse(title).MistypedIn(title));

    [Theory]
    [InlineData("KSampler [my sampler] [b:x,y] [!cache] $text(a) #picture !bypass")]
    [InlineData("Old [DEPRECATED, DO NOT USE]")]
    [InlineData("Wow! It costs $5, is #1")]
    [InlineData(null)]
    public void What_is_right_is_not(string? title) => Assert.Empty(Annotations.Parse(title).MistypedIn(title));
}

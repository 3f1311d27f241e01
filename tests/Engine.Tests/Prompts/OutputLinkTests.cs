using ComfyFunc.Engine.Prompts;

namespace ComfyFunc.Tests.Engine.Prompts;

/// <summary>What names an output of an earlier run, and what an upload.</summary>
public class OutputLinkTests
{
    private const string Id = "01ARZ3NDEKTSV4RRFFQ6900001";

    [Theory]
    [InlineData($"run:{Id}/out/0", "out", 0, "")]
    [InlineData($"run:{Id}/a/b/12", "a/b", 12, "")]
    [InlineData($"run:{Id}/ out /1", "out", 1, "")]
    [InlineData($"/api/runs/{Id}/outputs/out/0", "out", 0, "")]
    [InlineData($"/API/runs/{Id}/OUTPUTS/a/b/3?width=64#top", "a/b", 3, "?width=64")]
    [InlineData($"/api/runs/{Id}/outputs/a%20b/0#x?y", "a b", 0, "")]
    [InlineData($"/api/links/runs/{Id}/outputs/a%20b/0?width=64&sig=x", "a b", 0, "?width=64&sig=x")]
    public void A_link_says_run_tag_place_and_rendition(string text, string tag, int index, string query)
    {
        Assert.True(OutputLink.IsMeant(text));
        Assert.Equal(new FileSource.RunOutput(new(Id), tag, index, query), OutputLink.Read(text));
    }

    [Theory]
    [InlineData($"run:{Id}/out")]
    [InlineData($"run:{Id}/0")]
    [InlineData("run:/out/0")]
    [InlineData($"run:{Id}//0")]
    [InlineData($"run:{Id}/ /0")]
    [InlineData($"run:{Id}/out/-1")]
    [InlineData($"run:{Id}/out/x")]
    [InlineData($"run:{Id}/out/")]
    [InlineData("run:01ARZ/out/0")]
    [InlineData($"/api/runs/{Id}/outputs/out")]
    [InlineData($"/api/runs/{Id}/outputs/0")]
    [InlineData($"/api/runs/{Id}/files/out/0")]
    [InlineData("/api/runs//outputs/out/0")]
    [InlineData($"/api/links/runs/{Id}/status?sig=x")]
    public void A_link_that_lacks_a_part_names_no_output(string text)
    {
        Assert.True(OutputLink.IsMeant(text));
        Assert.Null(OutputLink.Read(text));
    }

    [Theory]
    [InlineData("Run:x")]
    [InlineData("/api/workflows/x")]
    [InlineData("/api/links/x")]
    [InlineData("picture.png")]
    public void What_does_not_begin_like_a_link_is_none(string text)
    {
        Assert.False(OutputLink.IsMeant(text));
        Assert.Null(OutputLink.Read(text));
    }

    [Theory]
    [InlineData($"upload:{Id}", true)]
    [InlineData("upload:01ARZ", false)]
    [InlineData($"Upload:{Id}", false)]
    [InlineData(Id, false)]
    public void An_upload_is_named_by_its_ulid(string text, bool isOne)
    {
        Assert.Equal(isOne, UploadRef.TryParse(text, out var upload));
        Assert.Equal(isOne ? text : null, upload?.ToString());
    }
}
